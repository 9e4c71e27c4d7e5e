using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Transformer;

/// <summary>
/// Rotary position embedding over latent frames, https://arxiv.org/abs/2104.09864: neighbouring channels of a head are
/// rotated as a pair by an angle that grows with the frame.
/// </summary>
/// <param name="Cos">Cosines of the angles, [T, D/2].</param>
/// <param name="Sin">Sines, of the same shape.</param>
internal sealed record RotaryEmbedding(Tensor Cos, Tensor Sin)
{
    private const double Theta = 10000;

    /// <summary>The frequencies of a checkpoint that lacks them, [D/2], in float32.</summary>
    public static Tensor DefaultFrequencies(int headSize)
    {
        Tensor exponents = Arithmetic.Range(headSize, ScalarType.Float32, step: 2).Over(headSize);
        return pow(exponents.FullLike(Theta), exponents).reciprocal();
    }

    /// <summary>
    /// Tables for <paramref name="frames"/> frames. Angles, cosines and sines are each rounded to the model's type, as the
    /// original computes them from its rounded frequencies.
    /// </summary>
    public static RotaryEmbedding Of(Tensor frequencies, long frames, Precision precision)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor positions = Arithmetic.Range(frames, ScalarType.Float32, device: frequencies.device);
        Tensor angles = precision.RoundToFloat(outer(positions, precision.RoundToFloat(frequencies)));
        Tensor Table(Tensor x) => precision.Round(x).MoveToOuterDisposeScope();
        return new RotaryEmbedding(Table(cos(angles)), Table(sin(angles)));
    }

    /// <summary>
    /// Rotates queries and keys [n, T, 2, H, D] and puts heads before frames: [2, n, H, T, D]. The first channel of every
    /// pair comes before all second ones in the result, where the original leaves them side by side. Products of queries
    /// with keys do not see the order, and whole rows are rotated some three times as fast as every other number.
    /// </summary>
    public Tensor Rotate(Tensor qk)
    {
        long[] d = qk.shape;
        Tensor pairs = qk.reshape(d[0], d[1], d[2], d[3], d[4] / 2, 2)
            .permute(5, 2, 0, 3, 1, 4).contiguous();                  // [2, 2, n, H, T, D/2]
        Tensor first = pairs.select(0, 0), second = pairs.select(0, 1);
        return cat([(first * Cos).MinusProduct(second, Sin), (second * Cos).PlusProduct(first, Sin)], -1);
    }
}
