using OpenSora.Torch;
using static TorchSharp.torch;

namespace OpenSora.Inference.Transformer;

/// <summary>Root mean square normalisation as in LLaMA, https://arxiv.org/abs/1910.07467.</summary>
internal static class RmsNorm
{
    public const double Epsilon = 1e-6;

    /// <summary>
    /// Normalises the last dimension in float32, rounds to the type of <paramref name="x"/> and then multiplies by
    /// <paramref name="weight"/>: the original's order. Half-precision numbers are normalised in place: a product that rounds into its
    /// own operand never exists in float32.
    /// </summary>
    public static Tensor Apply(Tensor x, Tensor weight)
    {
        // Squares of float16 numbers overflow at 256; of bfloat16 numbers, their rounding is lost in the mean.
        Tensor h = x.dtype == ScalarType.Float16 ? x.to(ScalarType.Float32) : x;
        Tensor inverse = h.Squared().mean([-1], keepdim: true, ScalarType.Float32).Add(Epsilon).rsqrt_();
        return (x.dtype == ScalarType.Float32 ? x * inverse : x.mul_(inverse)) * weight;
    }
}
