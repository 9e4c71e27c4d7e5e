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
/// <param name="CosOfPairs">Cosines for both of a pair, [T, 1, 1, D/2, 1].</param>
/// <param name="SinOfPairs">Negative and positive sines, [T, 1, 1, D/2, 2].</param>
internal sealed record RotaryEmbedding(Tensor Cos, Tensor Sin, Tensor CosOfPairs, Tensor SinOfPairs) : IDisposable
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
        Tensor cosines = precision.Round(cos(angles)), sines = precision.Round(sin(angles));
        RotaryEmbedding tables = new(cosines, sines, cosines.unsqueeze(-1).unsqueeze(1).unsqueeze(1), stack([sines.neg(), sines], -1).unsqueeze(1).unsqueeze(1));
        foreach (Tensor table in tables.Tables)
            table.MoveToOuterDisposeScope();
        return tables;
    }

    /// <summary>All that it holds.</summary>
    public IEnumerable<Tensor> Tables => [Cos, Sin, CosOfPairs, SinOfPairs];

    public void Dispose()
    {
        foreach (Tensor table in Tables)
            table.Dispose();
    }

    /// <summary>
    /// Rotates queries and keys [n, T, 2, H, D] in three operations: a pair (a, b) becomes (a, b) · cos + (b, a) · (−sin, sin).
    /// </summary>
    public Tensor Rotate(Tensor qk)
    {
        long[] d = qk.shape;
        Tensor pairs = qk.unflatten(4, d[4] / 2, 2);                                  // [n, T, 2, H, D/2, 2]
        return (pairs * CosOfPairs).PlusProduct(pairs.flip(-1), SinOfPairs).view(d);
    }
}
