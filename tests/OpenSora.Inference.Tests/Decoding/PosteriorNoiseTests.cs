using OpenSora.Inference.Decoding;
using OpenSora.Inference.Sampling;
using OpenSora.Inference.Verification;
using OpenSora.Layout.Decoding;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Decoding;

public class PosteriorNoiseTests
{
    /// <summary>2 clips of 18 frames: batches run on from one clip into the next, chunks have 17 frames and 1.</summary>
    [Fact]
    public void Numbers_are_drawn_per_batch_of_frames_then_per_chunk()
    {
        using DisposeScope scope = NewDisposeScope();
        using NoiseSource noise = new(5), same = new(5);
        PosteriorNoise[] drawn = PosteriorNoise.Draw(noise, ScalarType.Float32, new AutoencoderUnits(), 4, 2, 18, (4, 2, 3));

        Tensor spatial = cat([.. Enumerable.Range(0, 9).Select(_ => same.Normal(ScalarType.Float32, 4, 4, 2, 3))], 0);
        Tensor temporal = cat([same.Normal(ScalarType.Float32, 2, 4, 5, 2, 3), same.Normal(ScalarType.Float32, 2, 4, 1, 2, 3)], 2);
        Assert.Equal(2, drawn.Length);
        for (int clip = 0; clip < 2; clip++)
        {
            Assert.Equal(0, Networks.LargestDifference(drawn[clip].Spatial!, spatial.narrow(0, 18 * clip, 18)));
            Assert.Equal(0, Networks.LargestDifference(drawn[clip].Temporal!, temporal[clip]));
            drawn[clip].Dispose();
        }
    }

    [Fact]
    public void A_seed_gives_the_originals_numbers()
    {
        using DisposeScope scope = NewDisposeScope();
        using GoldenTensors golden = new(Path.Combine(Networks.Golden.Folder, "case3_vae", "pipeline_1f.safetensors"));
        using NoiseSource noise = new(1501);
        using PosteriorNoise drawn = PosteriorNoise.Draw(noise, ScalarType.Float32, new AutoencoderUnits(), 4, 1, 1, (4, 4, 6))[0];
        Assert.InRange(Networks.LargestDifference(drawn.Spatial!, golden["noise_spatial"]), 0, 2e-6);
        Assert.InRange(Networks.LargestDifference(drawn.Temporal!, golden["noise_temporal"][0]), 0, 2e-6);
    }

    [Fact]
    public void Numbers_of_a_half_precision_model_are_rounded_to_it()
    {
        using DisposeScope scope = NewDisposeScope();
        using NoiseSource noise = new(5);
        using PosteriorNoise drawn = PosteriorNoise.Draw(noise, ScalarType.BFloat16, new AutoencoderUnits(), 4, 1, 3, (4, 2, 3))[0];
        Assert.Equal(ScalarType.BFloat16, drawn.Spatial!.dtype);
        Assert.Equal(ScalarType.BFloat16, drawn.Temporal!.dtype);
    }

    [Fact]
    public void What_is_drawn_outlives_the_scope_it_was_drawn_in()
    {
        using NoiseSource noise = new(5);
        PosteriorNoise drawn;
        using (DisposeScope scope = NewDisposeScope())
            drawn = PosteriorNoise.Draw(noise, ScalarType.Float32, new AutoencoderUnits(), 4, 1, 3, (4, 2, 3))[0];
        using (drawn)
            Assert.Equal([3, 4, 2, 3], drawn.Spatial!.clone().shape);
    }
}
