namespace TorchSharp;

public static partial class torch
{
    /// <summary>Other shapes of the same numbers. What torch can give as a view shares its memory with this tensor.</summary>
    public partial class Tensor
    {
        /// <summary>A view; an error where the strides do not allow one. -1 stands for what is left.</summary>
        public Tensor view(params long[] shape) => Native.ost_view(this, shape, shape.Length);

        public Tensor view_as(Tensor other) => view(other.shape);

        /// <summary>A view where one is possible, else a copy. -1 stands for what is left.</summary>
        public Tensor reshape(params long[] shape) => Native.ost_reshape(this, shape, shape.Length);

        public Tensor flatten(long start_dim = 0, long end_dim = -1) => Native.ost_flatten(this, start_dim, end_dim);

        /// <summary>One dimension as several. -1 stands for what is left.</summary>
        public Tensor unflatten(long dim, params long[] sizes)
        {
            long[] whole = shape;
            int at = (int)(dim < 0 ? dim + whole.Length : dim);
            return view([.. whole[..at], .. sizes, .. whole[(at + 1)..]]);
        }

        public Tensor permute(params long[] permutation) => Native.ost_permute(this, permutation, permutation.Length);

        public Tensor transpose(long dim0, long dim1) => Native.ost_transpose(this, dim0, dim1);

        public Tensor swapaxes(long dim0, long dim1) => transpose(dim0, dim1);

        /// <summary>A matrix with rows and columns exchanged.</summary>
        public Tensor t() => Native.ost_t(this);

        /// <summary>The last two dimensions exchanged.</summary>
        public Tensor mT => transpose(-2, -1);

        public Tensor movedim(long[] source, long[] destination) =>
            Native.ost_movedim(this, source, source.Length, destination, destination.Length);

        /// <summary>Without a dimension of size 1, or without all of them.</summary>
        public Tensor squeeze(long? dim = null) => Native.ost_squeeze(this, dim ?? Native.None);

        public Tensor unsqueeze(long dim) => Native.ost_unsqueeze(this, dim);

        /// <summary>Dimensions of size 1 seen as many; -1 leaves one as it is.</summary>
        public Tensor expand(params long[] sizes) => Native.ost_expand(this, sizes, sizes.Length, false);

        public Tensor expand(long[] sizes, bool isImplicit = false) => Native.ost_expand(this, sizes, sizes.Length, isImplicit);

        public Tensor expand(ReadOnlySpan<long> sizes, bool isImplicit = false) => Native.ost_expand(this, sizes, sizes.Length, isImplicit);

        public Tensor expand_as(Tensor other) => expand(other.shape, isImplicit: false);

        public Tensor broadcast_to(params long[] shape) => expand(shape, isImplicit: false);

        /// <summary>A part of a dimension.</summary>
        public Tensor narrow(long dim, long start, long length) => Native.ost_narrow(this, dim, start, length);

        public Tensor slice(long dim, long start, long finish, long step) => Native.ost_slice(this, dim, start, finish, step);

        /// <summary>One place of a dimension, without the dimension.</summary>
        public Tensor select(long dim, long index) => Native.ost_select(this, dim, index);

        public Tensor as_strided(long[] size, long[] strides, long storageOffset = 0L) =>
            Native.ost_as_strided(this, size, size.Length, strides, strides.Length, storageOffset);

        /// <summary>Windows along a dimension, as a last dimension.</summary>
        public Tensor unfold(long dimension, long size, long step) => Native.ost_unfold(this, dimension, size, step);

        /// <summary>The whole tensor again and again.</summary>
        public Tensor repeat(params long[] sizes) => Native.ost_repeat(this, sizes, sizes.Length);

        public Tensor tile(long[] reps) => Native.ost_tile(this, reps, reps.Length);

        /// <summary>Each element again and again.</summary>
        public Tensor repeat_interleave(long repeats, long? dim = null, long? output_size = null) =>
            Native.ost_repeat_interleave(this, repeats, dim ?? Native.None, output_size ?? Native.None);

        public Tensor repeat_interleave(Tensor repeats, long? dim = null, long? output_size = null) =>
            Native.ost_repeat_interleave_tensor(this, repeats, dim ?? Native.None, output_size ?? Native.None);

        public Tensor flip(params long[] dims) => Native.ost_flip(this, dims, dims.Length);

        public Tensor roll(long shifts, long? dims = null) => roll([shifts], dims is { } dim ? [dim] : []);

        public Tensor roll(long[] shifts, long[] dims) => Native.ost_roll(this, shifts, shifts.Length, dims, dims.Length);

        /// <summary>The part above a diagonal, zero below.</summary>
        public Tensor triu(long diagonal = 0) => Native.ost_triu(this, diagonal);

        /// <summary>The part below a diagonal, zero above.</summary>
        public Tensor tril(long diagonal = 0) => Native.ost_tril(this, diagonal);
    }
}
