using System.Runtime.CompilerServices;

namespace OpenSora.Torch.Kernels;

/// <summary>to = x rounded to bfloat16, to the nearest and ties to even, held as float32. A NaN stays what it is.</summary>
internal readonly unsafe struct RoundedRows<T>(float* x, float* to, long count) : IRows where T : unmanaged, ILanes<T>
{
    private const long Row = 1 << 12;

    public long Rows => (count + Row - 1) / Row;

    public long Cost => Row;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Compute(long first, long end)
    {
        long i = first * Row, last = Math.Min(count, end * Row);
        for (; i + T.Count <= last; i += T.Count)
            T.Store(T.RoundToBFloat16(T.Load(x + i)), to + i);
        if (i < last)
            T.StoreFirst(T.RoundToBFloat16(T.LoadFirst(x + i, last - i)), to + i, last - i);
    }
}
