using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Transformer;

/// <summary>
/// Rotary position embedding over latent frames, https://arxiv.org/abs/2104.09864: neighbouring channels of a head are
/// rotated as a pair by an angle that grows with the frame.
/// </summary>
/// <param name="Cos">Cosines of the angles, [T, 1, 1, D/2]: the ones stand for query or key, and for the head.</param>
/// <param name="Sin">Sines, of the same shape.</param>
internal sealed record RotaryEmbedding(Tensor Cos, Tensor Sin)
{
    private const double Theta = 10000;

    /// <summary>The frequencies of a checkpoint that lacks them, [D/2], in float32.</summary>
    public static Tensor DefaultFrequencies(int headSize)
    {
        Tensor exponents = arange(0, headSize, 2, ScalarType.Float32) / headSize;
        return 1 / pow(full_like(exponents, Theta), exponents);
    }

    /// <summary>
    /// Tables for <paramref name="frames"/> frames. Angles, cosines and sines are each rounded to the model's type, as the
    /// original computes them from its rounded frequencies.
    /// </summary>
    public static RotaryEmbedding Of(Tensor frequencies, long frames, Precision precision)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor positions = arange(0, frames, ScalarType.Float32, frequencies.device);
        Tensor angles = precision.RoundToFloat(outer(positions, precision.RoundToFloat(frequencies)));
        Tensor Table(Tensor x) => precision.Round(x).view(frames, 1, 1, -1).MoveToOuterDisposeScope();
        return new RotaryEmbedding(Table(cos(angles)), Table(sin(angles)));
    }

    /// <summary>Rotates [n, T, 2, H, D].</summary>
    public Tensor Rotate(Tensor x)
    {
        long[] shape = x.shape;
        Tensor pairs = x.reshape(shape[0], shape[1], shape[2], shape[3], shape[4] / 2, 2);
        Tensor even = pairs.select(-1, 0), odd = pairs.select(-1, 1);
        Tensor rotatedEven = addcmul(even * Cos, odd, Sin, -1);
        Tensor rotatedOdd = addcmul(odd * Cos, even, Sin, 1);
        return stack([rotatedEven, rotatedOdd], -1).view(shape);
    }
}
