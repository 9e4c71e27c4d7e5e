using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace OpenSora.Torch.Kernels;

/// <summary>Some rows of each plane of an image, and where they go: distances in numbers.</summary>
/// <param name="FromPlane">Rows of the image are dense.</param>
internal readonly record struct Planes(long Count, long Rows, long Width, long FromPlane, long ToPlane, long ToRow);

/// <summary>to = SiLU(x · scale + shift), each plane with a scale and a shift of its own: y / (1 + e^-y).</summary>
internal readonly unsafe struct ScaledSiluRows<T>(float* x, float* scale, float* shift, float* to, Planes planes) : IRows
    where T : unmanaged, ILanes<T>
{
    public long Rows => planes.Count * planes.Rows;

    public long Cost => 4 * planes.Width;

    [MethodImpl(AggressiveOptimization)]
    public void Compute(long first, long end)
    {
        (long plane, long row) = Math.DivRem(first, planes.Rows);
        for (long r = first; r < end; r++)
        {
            float* from = x + plane * planes.FromPlane + row * planes.Width, target = to + plane * planes.ToPlane + row * planes.ToRow;
            T s = T.All(scale[plane]), b = T.All(shift[plane]);
            long i = 0;
            for (; i + T.Count <= planes.Width; i += T.Count)
                T.Store(Silu(T.MultiplyAdd(T.Load(from + i), s, b)), target + i);
            if (i < planes.Width)
                T.StoreFirst(Silu(T.MultiplyAdd(T.LoadFirst(from + i, planes.Width - i), s, b)), target + i, planes.Width - i);
            if (++row == planes.Rows)
                (plane, row) = (plane + 1, 0);
        }
    }

    [MethodImpl(AggressiveInlining)]
    private static T Silu(T y) => y / (Exponential.Of(T.All(0) - y) + T.All(1));
}
