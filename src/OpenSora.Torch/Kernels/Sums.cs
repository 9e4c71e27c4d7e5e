using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace OpenSora.Torch.Kernels;

/// <summary>Sums over a row. Four at once, so that an addition need not wait for the one before it.</summary>
internal static unsafe class Sums
{
    [MethodImpl(AggressiveInlining)]
    public static float Of<T>(float* x, long count) where T : unmanaged, ILanes<T>
    {
        T a = T.All(0), b = a, c = a, d = a;
        long i = 0;
        for (; i + 4 * T.Count <= count; i += 4 * T.Count)
        {
            a += T.Load(x + i);
            b += T.Load(x + i + T.Count);
            c += T.Load(x + i + 2 * T.Count);
            d += T.Load(x + i + 3 * T.Count);
        }
        for (; i + T.Count <= count; i += T.Count)
            a += T.Load(x + i);
        if (i < count)
            b += T.LoadFirst(x + i, count - i);
        return T.Sum((a + b) + (c + d));
    }

    /// <summary>Of (x - middle)².</summary>
    [MethodImpl(AggressiveInlining)]
    public static float OfSquares<T>(float* x, long count, float middle) where T : unmanaged, ILanes<T>
    {
        T m = T.All(middle), a = T.All(0), b = a, c = a, d = a;
        long i = 0;
        for (; i + 4 * T.Count <= count; i += 4 * T.Count)
        {
            a = AddSquare(T.Load(x + i) - m, a);
            b = AddSquare(T.Load(x + i + T.Count) - m, b);
            c = AddSquare(T.Load(x + i + 2 * T.Count) - m, c);
            d = AddSquare(T.Load(x + i + 3 * T.Count) - m, d);
        }
        for (; i + T.Count <= count; i += T.Count)
            a = AddSquare(T.Load(x + i) - m, a);
        if (i < count)
            b = AddSquare(T.KeepFirst(T.LoadFirst(x + i, count - i) - m, count - i), b);
        return T.Sum((a + b) + (c + d));
    }

    [MethodImpl(AggressiveInlining)]
    private static T AddSquare<T>(T x, T sum) where T : unmanaged, ILanes<T> => T.MultiplyAdd(x, x, sum);
}
