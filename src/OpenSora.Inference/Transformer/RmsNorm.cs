using OpenSora.Torch;
using static TorchSharp.torch;

namespace OpenSora.Inference.Transformer;

/// <summary>Root mean square normalisation as in LLaMA, https://arxiv.org/abs/1910.07467.</summary>
internal static class RmsNorm
{
    public const double Epsilon = 1e-6;

    /// <summary>
    /// Normalises the last dimension in float32, rounds to the type of <paramref name="x"/> and then multiplies by
    /// <paramref name="weight"/>: the original's order.
    /// </summary>
    public static Tensor Apply(Tensor x, Tensor weight)
    {
        Tensor h = x.to(ScalarType.Float32);
        Tensor inverse = h.Squared().mean([-1], keepdim: true).Add(Epsilon).rsqrt_();
        return (h * inverse).to(x.dtype) * weight;
    }
}
