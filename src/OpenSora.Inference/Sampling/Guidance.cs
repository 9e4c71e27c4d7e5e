using OpenSora.Torch;
using static TorchSharp.torch;

namespace OpenSora.Inference.Sampling;

/// <summary>Classifier-free guidance, https://arxiv.org/abs/2207.12598: away from the prediction without a prompt.</summary>
/// <param name="Scale">1 takes the prompt's prediction as it is; Open-Sora 1.2 uses 7.</param>
public readonly record struct Guidance(double Scale)
{
    /// <summary>unconditional + scale · (conditional − unconditional)</summary>
    public Tensor Combine(Tensor conditional, Tensor unconditional) => unconditional.Plus((conditional - unconditional).Times(Scale));
}
