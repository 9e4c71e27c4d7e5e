namespace TorchSharp;

public static partial class torch
{
    /// <summary>A tensor in pieces: views of it.</summary>
    public partial class Tensor
    {
        /// <summary>Pieces of <paramref name="size"/>; the last may be shorter.</summary>
        public Tensor[] split(long size, int dim = 0)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
            long whole = this.size(dim);
            long[] lengths = new long[Math.Max(1, (whole + size - 1) / size)];
            for (int i = 0; i < lengths.Length; i++)
                lengths[i] = Math.Min(size, whole - i * size);
            return split(lengths.AsSpan(), dim);
        }

        /// <summary>Pieces of the given lengths, which add up to the dimension.</summary>
        public unsafe Tensor[] split(ReadOnlySpan<long> sizes, long dim = 0)
        {
            nint[] pieces = new nint[sizes.Length];
            fixed (nint* p = pieces)
                Native.Check(Native.ost_split(this, sizes, sizes.Length, dim, p));
            return TensorHandles.Own(pieces);
        }

        public Tensor[] split(long[] sizes, long dim = 0) => split(sizes.AsSpan(), dim);

        public Tensor[] split(params long[] sizes) => split(sizes.AsSpan());

        /// <summary>At most <paramref name="chunks"/> pieces of one length; the last may be shorter.</summary>
        public Tensor[] chunk(long chunks, long dim = 0L)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(chunks);
            long whole = size((int)dim);
            return split(Math.Max(1, (whole + chunks - 1) / chunks), (int)dim);
        }

        /// <summary>The slices along a dimension, without the dimension.</summary>
        public unsafe Tensor[] unbind(long dimension = 0L)
        {
            nint[] pieces = new nint[size((int)dimension)];
            fixed (nint* p = pieces)
                Native.Check(Native.ost_unbind(this, dimension, p));
            return TensorHandles.Own(pieces);
        }
    }
}
