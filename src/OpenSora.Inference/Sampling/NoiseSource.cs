using static TorchSharp.torch;

namespace OpenSora.Inference.Sampling;

/// <summary>
/// All random numbers of one run, drawn in the original's order from torch's CPU generator, so that a seed means the same
/// on every device and on any number of cards.
/// </summary>
public sealed class NoiseSource(long seed) : IDisposable
{
    private readonly Generator _generator = new((ulong)seed);

    /// <summary>
    /// Standard normal numbers on the CPU. The values of one call depend on its element count: below 16 torch draws them
    /// one by one, from 16 in blocks, so calls cannot be merged or split. In bf16 and fp16 they are drawn in that type.
    /// </summary>
    public Tensor Normal(ScalarType type, params long[] shape) => randn(shape, dtype: type, generator: _generator);

    public void Dispose() => _generator.Dispose();
}
