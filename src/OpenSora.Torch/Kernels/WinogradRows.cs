using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace OpenSora.Torch.Kernels;

/// <summary>Tiles of 2 × 2 pixels of a run of planes, and where the planes lie: distances in numbers.</summary>
/// <param name="Rows">Rows of tiles.</param>
/// <param name="Columns">Tiles of a row.</param>
/// <param name="Plane">From a plane to the next.</param>
/// <param name="Row">From a row of pixels to the next.</param>
internal readonly record struct Tiles(long Planes, long Rows, long Columns, long Plane, long Row)
{
    /// <summary>Numbers from one of the 16 of a tile to the next: all tiles of all planes.</summary>
    public long Step => Planes * Rows * Columns;
}

/// <summary>Bᵀ d B for the 4 × 4 pixels d around each tile, which overlap by two: to [16, planes, tiles]. A row is a plane.</summary>
internal readonly unsafe struct WinogradInput<T>(float* x, float* to, Tiles tiles) : IRows where T : unmanaged, ILanes<T>
{
    public long Rows => tiles.Planes;

    public long Cost => 16 * tiles.Rows * tiles.Columns;

    [MethodImpl(AggressiveOptimization)]
    public void Compute(long first, long end)
    {
        int width = 2 * T.Count + 2;
        float* edge = stackalloc float[4 * width];
        new Span<float>(edge, 4 * width).Clear();
        for (long plane = first; plane < end; plane++)
            for (long row = 0; row < tiles.Rows; row++)
            {
                float* from = x + plane * tiles.Plane + 2 * row * tiles.Row;
                float* target = to + (plane * tiles.Rows + row) * tiles.Columns;
                long i = 0;
                for (; i + T.Count <= tiles.Columns; i += T.Count)
                    Transform(from + 2 * i, tiles.Row, target + i, T.Count);
                if (i == tiles.Columns)
                    continue;
                long left = tiles.Columns - i; // nothing behind the row is read
                for (long r = 0; r < 4; r++)
                    Unsafe.CopyBlockUnaligned(edge + r * width, from + r * tiles.Row + 2 * i, (uint)((2 * left + 2) * sizeof(float)));
                Transform(edge, width, target + i, left);
            }
    }

    [MethodImpl(AggressiveInlining)]
    private void Transform(float* from, long row, float* target, long count)
    {
        Columns(from, out T a0, out T a1, out T a2, out T a3);
        Columns(from + row, out T b0, out T b1, out T b2, out T b3);
        Columns(from + 2 * row, out T c0, out T c1, out T c2, out T c3);
        Columns(from + 3 * row, out T d0, out T d1, out T d2, out T d3);
        Store(a0 - c0, a1 - c1, a2 - c2, a3 - c3, target, count);
        Store(b0 + c0, b1 + c1, b2 + c2, b3 + c3, target + 4 * tiles.Step, count);
        Store(c0 - b0, c1 - b1, c2 - b2, c3 - b3, target + 8 * tiles.Step, count);
        Store(b0 - d0, b1 - d1, b2 - d2, b3 - d3, target + 12 * tiles.Step, count);
    }

    /// <summary>One row of pixels times B.</summary>
    [MethodImpl(AggressiveInlining)]
    private static void Columns(float* row, out T a, out T b, out T c, out T d)
    {
        T.LoadPairs(row, out T x0, out T x1);
        T.LoadPairs(row + 2, out T x2, out T x3);
        (a, b, c, d) = (x0 - x2, x1 + x2, x2 - x1, x1 - x3);
    }

    [MethodImpl(AggressiveInlining)]
    private void Store(T a, T b, T c, T d, float* target, long count)
    {
        if (count == T.Count)
        {
            T.Store(a, target);
            T.Store(b, target + tiles.Step);
            T.Store(c, target + 2 * tiles.Step);
            T.Store(d, target + 3 * tiles.Step);
            return;
        }
        T.StoreFirst(a, target, count);
        T.StoreFirst(b, target + tiles.Step, count);
        T.StoreFirst(c, target + 2 * tiles.Step, count);
        T.StoreFirst(d, target + 3 * tiles.Step, count);
    }
}

/// <summary>Aᵀ m A of each tile, plus the plane's bias: from [16, planes, tiles] to pixels. A row is a plane.</summary>
/// <param name="bias">[planes], or null.</param>
/// <param name="adds">Whether the pixels are added to what is there.</param>
internal readonly unsafe struct WinogradOutput<T>(float* m, float* bias, float* to, bool adds, Tiles tiles) : IRows where T : unmanaged, ILanes<T>
{
    public long Rows => tiles.Planes;

    public long Cost => 16 * tiles.Rows * tiles.Columns;

    [MethodImpl(AggressiveOptimization)]
    public void Compute(long first, long end)
    {
        float* edge = stackalloc float[4 * T.Count];
        new Span<float>(edge, 4 * T.Count).Clear();
        for (long plane = first; plane < end; plane++)
        {
            T b = T.All(bias is null ? 0 : bias[plane]);
            for (long row = 0; row < tiles.Rows; row++)
            {
                float* from = m + (plane * tiles.Rows + row) * tiles.Columns;
                float* target = to + plane * tiles.Plane + 2 * row * tiles.Row;
                long i = 0;
                for (; i + T.Count <= tiles.Columns; i += T.Count)
                    Transform(from + i, b, target + 2 * i, tiles.Row, T.Count);
                if (i == tiles.Columns)
                    continue;
                long left = tiles.Columns - i, size = 2 * left * sizeof(float);
                for (long r = 0; adds && r < 2; r++)
                    Unsafe.CopyBlockUnaligned(edge + 2 * r * T.Count, target + r * tiles.Row + 2 * i, (uint)size);
                Transform(from + i, b, edge, 2 * T.Count, left);
                for (long r = 0; r < 2; r++)
                    Unsafe.CopyBlockUnaligned(target + r * tiles.Row + 2 * i, edge + 2 * r * T.Count, (uint)size);
            }
        }
    }

    [MethodImpl(AggressiveInlining)]
    private void Transform(float* from, T b, float* target, long row, long count)
    {
        Rows2(from, count, out T s0, out T t0);
        Rows2(from + tiles.Step, count, out T s1, out T t1);
        Rows2(from + 2 * tiles.Step, count, out T s2, out T t2);
        Rows2(from + 3 * tiles.Step, count, out T s3, out T t3);
        Store(s0 + s1 + s2 + b, s1 - s2 - s3 + b, target);
        Store(t0 + t1 + t2 + b, t1 - t2 - t3 + b, target + row);
    }

    [MethodImpl(AggressiveInlining)]
    private void Store(T even, T odd, float* target)
    {
        if (adds)
        {
            T.LoadPairs(target, out T x, out T y);
            (even, odd) = (x + even, y + odd);
        }
        T.StorePairs(even, odd, target);
    }

    /// <summary>Aᵀ times one column of the tile's 4 × 4.</summary>
    [MethodImpl(AggressiveInlining)]
    private void Rows2(float* from, long count, out T s, out T t)
    {
        T x0 = Load(from, count), x1 = Load(from + 4 * tiles.Step, count), x2 = Load(from + 8 * tiles.Step, count), x3 = Load(from + 12 * tiles.Step, count);
        (s, t) = (x0 + x1 + x2, x1 - x2 - x3);
    }

    [MethodImpl(AggressiveInlining)]
    private static T Load(float* from, long count) => count == T.Count ? T.Load(from) : T.LoadFirst(from, count);
}
