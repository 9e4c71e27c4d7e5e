using OpenSora.Inference.Sampling;
using OpenSora.Inference.Sharding;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Transformer;

/// <summary>What the sampler asks for, from the network: both halves of guidance, one after the other.</summary>
/// <param name="prompts">Per sample, the prompt and the null prompt under the prompt's mask.</param>
public sealed class GuidedVelocity(
    STDiT3 model, ClipContext clip, IReadOnlyList<(PromptContext Prompt, PromptContext Null)> prompts, Guidance guidance,
    ISequenceParallel parallel)
{
    /// <summary>See <see cref="VelocityFunction"/>. Padded cells have velocity zero, so they stay zero.</summary>
    public Tensor At(int sample, Tokens z, float timestep, bool[]? denoised)
    {
        using DisposeScope scope = NewDisposeScope();
        using var _ = no_grad();
        Tensor conditional = model.forward(z, timestep, denoised, clip, prompts[sample].Prompt, parallel).Values;
        Tensor unconditional = model.forward(z, timestep, denoised, clip, prompts[sample].Null, parallel).Values;
        Tensor velocity = guidance.Combine(conditional, unconditional);
        Patches.ClearPadding(velocity, clip.Shape.LatentHeight, clip.Shape.LatentWidth);
        return velocity.MoveToOuterDisposeScope();
    }
}
