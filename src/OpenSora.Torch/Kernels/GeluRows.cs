using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace OpenSora.Torch.Kernels;

/// <summary>x = GELU(x + bias) in its tanh form: 0.5 y (1 + tanh u) = y / (1 + e^(-2u)) with u = √(2/π) (y + 0.044715 y³).</summary>
/// <param name="x">[rows, columns]</param>
/// <param name="bias">[columns], or null.</param>
internal readonly unsafe struct GeluRows<T>(float* x, float* bias, long rows, long columns) : IRows where T : unmanaged, ILanes<T>
{
    public long Rows => rows;

    public long Cost => 4 * columns;

    [MethodImpl(AggressiveOptimization)]
    public void Compute(long first, long end)
    {
        for (long r = first; r < end; r++)
        {
            float* row = x + r * columns;
            long i = 0;
            if (bias is null)
                for (; i + T.Count <= columns; i += T.Count)
                    T.Store(Gelu(T.Load(row + i)), row + i);
            else
                for (; i + T.Count <= columns; i += T.Count)
                    T.Store(Gelu(T.Load(row + i) + T.Load(bias + i)), row + i);
            if (i == columns)
                continue;
            T last = T.LoadFirst(row + i, columns - i);
            if (bias is not null)
                last += T.LoadFirst(bias + i, columns - i);
            T.StoreFirst(Gelu(last), row + i, columns - i);
        }
    }

    [MethodImpl(AggressiveInlining)]
    private static T Gelu(T y)
    {
        T minusTwoU = y * T.MultiplyAdd(T.All(-2 * 0.035677408136300125f), y * y, T.All(-2 * 0.7978845608028654f));
        return y / (Exponential.Of(minusTwoU) + T.All(1));
    }
}
