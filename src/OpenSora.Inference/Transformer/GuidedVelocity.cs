using OpenSora.Inference.Sampling;
using OpenSora.Inference.Sharding;
using OpenSora.Inference.Transformer.Caching;
using OpenSora.Layout.Gangs;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Transformer;

/// <summary>The prompt of a sample for a half of guidance. A rank asks only for the halves that it computes.</summary>
public delegate PromptContext PromptOf(int sample, GuidanceHalf half);

/// <summary>What the sampler asks for, from the network: both halves of guidance on the frames that this rank holds.</summary>
/// <param name="caches">What steps take from earlier ones; null to compute everything.</param>
public sealed class GuidedVelocity(
    STDiT3 model, ClipContext clip, PromptOf prompt, Guidance guidance, IGuidanceParallel ranks, StepCaches? caches = null)
{
    /// <summary>See <see cref="VelocityFunction"/>. Padded cells have velocity zero, so they stay zero.</summary>
    public Tensor At(int step, int sample, Tokens z, float timestep, bool[]? denoised)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = no_grad();
        (Tensor conditional, Tensor unconditional) = ranks.Halves(step, sample, (half, tokens) => model.forward(
            z, timestep, denoised, clip, prompt(sample, half), tokens, cache: caches?.Begin(step, sample, half)).Values);
        Tensor velocity = guidance.Combine(conditional, unconditional);
        Patches.ClearPadding(velocity, clip.Shape.LatentHeight, clip.Shape.LatentWidth);
        return velocity.MoveToOuterDisposeScope();
    }
}
