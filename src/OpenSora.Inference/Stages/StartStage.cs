using OpenSora.Inference.Conditioning;
using OpenSora.Inference.Sampling;
using OpenSora.Layout.Clips;
using OpenSora.Prompts.Masks;
using static TorchSharp.torch;

namespace OpenSora.Inference.Stages;

/// <summary>What a denoise starts from: noise with references in it.</summary>
public static class StartStage
{
    /// <summary>The noise of a batch, drawn in the model's type, as the original does.</summary>
    /// <returns>[videos, 4, T, h, w] in float32 on the CPU.</returns>
    public static Tensor Draw(NoiseSource noise, ScalarType model, ClipSettings settings, int videos) =>
        noise.Normal(model, settings.LatentShape(videos)).to(ScalarType.Float32);

    /// <summary>Copies reference latents into the noise of a video, in place.</summary>
    /// <param name="z">[4, T, h, w]</param>
    /// <param name="references">The prompt's own, and after them the clips of the loops before, each [4, T', h, w].</param>
    /// <param name="strategy">The prompt's. Each later clip goes on from the one before besides.</param>
    /// <param name="loop">From 0.</param>
    /// <returns>For each of the T frames its edit ratio: 1 where nothing was placed.</returns>
    /// <exception cref="Contracts.InputException">A reference or a frame that is not there.</exception>
    public static IReadOnlyList<float> Place(Tensor z, IReadOnlyList<Tensor> references, string strategy, int loop, ClipSettings settings)
    {
        int own = references.Count - loop;
        for (int later = 1; later <= loop; later++)
            strategy = MaskStrategy.Continue(strategy, later, own + later - 1, settings.ConditionFrames, settings.ConditionEdit);
        return ReferenceFrames.Place(z, references, strategy, loop, settings.Align);
    }
}
