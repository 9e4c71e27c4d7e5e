using System.Runtime.CompilerServices;

namespace OpenSora.Torch.Kernels;

/// <summary>to = norm(x) · scale + shift; row r takes row (r / repeat) % period of scale and shift.</summary>
/// <param name="x">[rows, columns]</param>
/// <param name="scale">[period, columns]</param>
/// <param name="shift">[period, columns]</param>
internal readonly unsafe struct ModulateRows<T>(
    float* x, float* scale, float* shift, float* to, long rows, long columns, long repeat, long period, float epsilon) : IRows
    where T : unmanaged, ILanes<T>
{
    public long Rows => rows;

    public long Cost => 2 * columns;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Compute(long first, long end)
    {
        for (long r = first; r < end; r++)
        {
            float* row = x + r * columns, target = to + r * columns;
            float* s = scale + r / repeat % period * columns, b = shift + r / repeat % period * columns;
            float middle = Sums.Of<T>(row, columns) / columns;
            // The second pass finds the row in cache, and squares of differences do not cancel.
            float variance = Sums.OfSquares<T>(row, columns, middle) / columns;
            T mean = T.All(middle), inverse = T.All(1 / MathF.Sqrt(variance + epsilon));
            long i = 0;
            for (; i + T.Count <= columns; i += T.Count)
                T.Store(T.MultiplyAdd((T.Load(row + i) - mean) * inverse, T.Load(s + i), T.Load(b + i)), target + i);
            if (i == columns)
                continue;
            long n = columns - i;
            T normal = (T.LoadFirst(row + i, n) - mean) * inverse;
            T.StoreFirst(T.MultiplyAdd(normal, T.LoadFirst(s + i, n), T.LoadFirst(b + i, n)), target + i, n);
        }
    }
}
