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

    /// <summary>All that decides the next numbers.</summary>
    public byte[] State
    {
        get
        {
            using Tensor state = _generator.get_state();
            return state.bytes.ToArray();
        }
    }

    /// <summary>A source that goes on as another one would have from this state.</summary>
    /// <exception cref="ArgumentException">Another number of bytes than a state has. torch would end the process.</exception>
    public static NoiseSource From(byte[] state)
    {
        NoiseSource source = new(0);
        using Tensor own = source._generator.get_state();
        if (state.Length != own.numel())
            throw new ArgumentException($"a state of the random numbers has {own.numel()} bytes, this one {state.Length}");
        using Tensor bytes = tensor(state, dtype: ScalarType.Byte);
        source._generator.set_state(bytes);
        return source;
    }

    public void Dispose() => _generator.Dispose();
}
