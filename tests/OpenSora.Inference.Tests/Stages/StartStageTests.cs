using OpenSora.Contracts.Generation;
using OpenSora.Inference.Sampling;
using OpenSora.Inference.Stages;
using OpenSora.Layout.Clips;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Stages;

public sealed class StartStageTests : IDisposable
{
    /// <summary>Clips of 10 latent frames; later ones go on from the last 5 of the one before, kept as they are.</summary>
    private static readonly ClipSettings s_settings = ClipSettings.Of(
        new GenerationRequest { ImageSize = [32, 32], NumFrames = "34", Loop = 3, ConditionFrameLength = 5, ConditionFrameEdit = 0 });

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Noise_is_drawn_in_the_type_of_the_model_and_held_in_float32(ScalarType model)
    {
        using NoiseSource one = new(1), other = new(1);
        Tensor drawn = StartStage.Draw(one, model, s_settings, 2);
        Assert.Equal(ScalarType.Float32, drawn.dtype);
        Assert.Equal(0, Networks.LargestDifference(other.Normal(model, s_settings.LatentShape(2)).to(ScalarType.Float32), drawn));
    }

    /// <summary>The prompt's own reference is a frame of 7, the clips of the loops before are of 100 and more.</summary>
    [Theory]
    [InlineData(0, 7)]
    [InlineData(1, 105)]
    [InlineData(2, 205)]
    public void A_later_loop_goes_on_from_the_clip_before(int loop, float first)
    {
        Tensor[] references = [full([4, 1, 4, 4], 7f), .. Enumerable.Range(1, loop).Select(Clip)];
        Tensor z = zeros(s_settings.LatentShape(1)[1..]);
        IReadOnlyList<float> ratios = StartStage.Place(z, references, "0", loop, s_settings);
        int placed = loop == 0 ? 1 : s_settings.ConditionFrames;
        Assert.Equal([.. Enumerable.Range(0, 10).Select(frame => frame < placed ? 0f : 1f)], ratios);
        for (int frame = 0; frame < 10; frame++)
            Assert.Equal(frame < placed ? first + frame : 0, z[0, frame, 0, 0].item<float>());
    }

    /// <summary>The clip of a loop: frame f is 100 · loop + f.</summary>
    private static Tensor Clip(int loop) => arange(100f * loop, 100f * loop + 10).view(1, 10, 1, 1).expand(4, 10, 4, 4);
}
