using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace OpenSora.Torch.Kernels;

/// <summary>Queries, keys and values of self-attention, and what they are made from.</summary>
internal unsafe struct HeadTensors
{
    /// <summary>[groups, tokens, 3, heads, size]</summary>
    public float* Qkv;

    /// <summary>[size], or null: no norm.</summary>
    public float* QWeight, KWeight;

    /// <summary>[tokens, size / 2], or null: no rotation.</summary>
    public float* Cos, Sin;

    /// <summary>[groups, heads, tokens, size]</summary>
    public float* Q, K, V;

    public long Groups, Tokens, Heads, Size;
    public float Epsilon;
}

/// <summary>RMS norm of queries and keys, rotation of their neighbouring channels; heads before tokens. A row is a token.</summary>
internal readonly unsafe struct HeadRows<T>(HeadTensors h) : IRows where T : unmanaged, ILanes<T>
{
    public long Rows => h.Groups * h.Tokens;

    public long Cost => 6 * h.Heads * h.Size;

    [MethodImpl(AggressiveOptimization)]
    public void Compute(long first, long end)
    {
        float* cos = stackalloc float[(int)FusedKernels.MostHeadSize], sin = stackalloc float[(int)FusedKernels.MostHeadSize];
        long size = h.Size;
        for (long r = first; r < end; r++)
        {
            (long group, long token) = Math.DivRem(r, h.Tokens);
            if (h.Cos is not null)
                Spread(h.Cos + token * (size / 2), h.Sin + token * (size / 2), cos, sin, size / 2);
            for (long i = 0; i < h.Heads; i++)
            {
                float* from = h.Qkv + (3 * r * h.Heads + i) * size;
                long to = ((group * h.Heads + i) * h.Tokens + token) * size;
                Head(from, h.QWeight, cos, sin, h.Q + to);
                Head(from + h.Heads * size, h.KWeight, cos, sin, h.K + to);
                Unsafe.CopyBlockUnaligned(h.V + to, from + 2 * h.Heads * size, (uint)(size * sizeof(float)));
            }
        }
    }

    /// <summary>Cosines for both channels of a pair, and sines with the sign that each takes.</summary>
    [MethodImpl(AggressiveInlining)]
    private static void Spread(float* cos, float* sin, float* toCos, float* toSin, long pairs)
    {
        for (long i = 0; i < pairs; i++)
        {
            toCos[2 * i] = toCos[2 * i + 1] = cos[i];
            toSin[2 * i] = -sin[i];
            toSin[2 * i + 1] = sin[i];
        }
    }

    [MethodImpl(AggressiveInlining)]
    private void Head(float* from, float* weight, float* cos, float* sin, float* to)
    {
        long size = h.Size, i = 0;
        T factor = T.All(weight is null ? 1 : 1 / MathF.Sqrt(Sums.OfSquares<T>(from, size, 0) / size + h.Epsilon));
        for (; i + T.Count <= size; i += T.Count)
        {
            T x = T.Load(from + i) * factor;
            if (weight is not null)
                x *= T.Load(weight + i);
            if (h.Cos is not null)
                x = Rotated(x, T.Load(cos + i), T.Load(sin + i));
            T.Store(x, to + i);
        }
        if (i < size)
        {
            T x = T.LoadFirst(from + i, size - i) * factor;
            if (weight is not null)
                x *= T.LoadFirst(weight + i, size - i);
            if (h.Cos is not null)
                x = Rotated(x, T.LoadFirst(cos + i, size - i), T.LoadFirst(sin + i, size - i));
            T.StoreFirst(x, to + i, size - i);
        }
    }

    /// <summary>a cos − b sin and b cos + a sin for each pair.</summary>
    [MethodImpl(AggressiveInlining)]
    private static T Rotated(T x, T cos, T sin) => T.MultiplyAdd(x, cos, T.SwapPairs(x) * sin);
}
