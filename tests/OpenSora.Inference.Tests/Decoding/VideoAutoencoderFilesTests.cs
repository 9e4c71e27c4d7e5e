using OpenSora.Contracts;
using OpenSora.Inference.Decoding;
using OpenSora.Inference.Decoding.Spatial;
using OpenSora.Inference.Weights;
using OpenSora.Inference.Weights.Safetensors;
using OpenSora.Layout.Decoding;
using OpenSora.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Decoding;

public class VideoAutoencoderFilesTests
{
    private static string Vae2d => Networks.Golden.Checkpoint("vae2d");
    private static string Vae3d => Networks.Golden.Checkpoint("vae3d");

    [Fact]
    public void The_video_checkpoint_wins_over_the_frame_checkpoint()
    {
        using DisposeScope scope = NewDisposeScope();
        using VideoAutoencoder whole = VideoAutoencoderFiles.Load(Vae2d, Vae3d, new AutoencoderUnits(), CPU, Precision.Float32);
        using SpatialVae alone = VideoAutoencoderFiles.LoadSpatial(Vae2d, CPU, Precision.Float32);
        Tensor z = Networks.Noise(1, 1, 4, 2, 2);
        Assert.True(Networks.LargestDifference(whole.DecodeFrames(z), alone.Decode(z)) > 1e-2);
    }

    [Fact]
    public void The_frame_checkpoint_gives_what_the_video_checkpoint_lacks()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        WriteVideoCheckpoint(folder, key => !key.StartsWith("spatial_vae.", StringComparison.Ordinal));
        using VideoAutoencoder whole = VideoAutoencoderFiles.Load(Vae2d, folder.Path, new AutoencoderUnits(), CPU, Precision.Float32);
        using SpatialVae alone = VideoAutoencoderFiles.LoadSpatial(Vae2d, CPU, Precision.Float32);
        Tensor z = Networks.Noise(1, 1, 4, 2, 2);
        Assert.Equal(0, Networks.LargestDifference(whole.DecodeFrames(z), alone.Decode(z)));
    }

    [Fact]
    public void A_key_that_neither_has_is_named()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        WriteVideoCheckpoint(folder, key => key != "temporal_vae.encoder.norm1.weight");
        InputException e = Assert.Throws<InputException>(
            () => VideoAutoencoderFiles.Load(Vae2d, folder.Path, new AutoencoderUnits(), CPU, Precision.Float32));
        Assert.Contains("1 missing: temporal_vae.encoder.norm1.weight", e.Message, StringComparison.Ordinal);
    }

    private static void WriteVideoCheckpoint(TemporaryFolder folder, Func<string, bool> keep)
    {
        using Checkpoint golden = Checkpoint.Open(Vae3d, "model");
        SafetensorsWriter.Write(
            Path.Combine(folder.Path, "model.safetensors"),
            golden.Entries.Keys.Where(keep).Select(key => OutgoingTensor.Of(key, golden.Load(key))).ToList());
        File.Copy(Path.Combine(Vae3d, "config.json"), Path.Combine(folder.Path, "config.json"));
    }
}
