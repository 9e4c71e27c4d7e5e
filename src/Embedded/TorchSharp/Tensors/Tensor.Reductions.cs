namespace TorchSharp;

public static partial class torch
{
    /// <summary>
    /// Sums, means and extremes: over everything where no dimension is given. With <c>keepdim</c> the dimensions stay, of
    /// size 1. With a type the numbers are converted before.
    /// </summary>
    public partial class Tensor
    {
        public Tensor sum(ScalarType? type = null) => Native.ost_sum(this, [], 0, false, Native.Code(type));

        public Tensor sum(long[] dim, bool keepdim = false, ScalarType? type = null) => sum(dim.AsSpan(), keepdim, type);

        public Tensor sum(ReadOnlySpan<long> dim, bool keepdim = false, ScalarType? type = null) =>
            Native.ost_sum(this, dim, dim.Length, keepdim, Native.Code(type));

        public Tensor sum(long dim, bool keepdim = false, ScalarType? type = null) => sum([dim], keepdim, type);

        public Tensor mean() => Native.ost_mean(this, [], 0, false, -1);

        public Tensor mean(long[] dimensions, bool keepdim = false, ScalarType? type = null) =>
            Native.ost_mean(this, dimensions, dimensions.Length, keepdim, Native.Code(type));

        /// <param name="unbiased">Divides by n - 1 instead of n.</param>
        public Tensor var(bool unbiased = true) => Native.ost_var(this, [], 0, unbiased, false);

        public Tensor var(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            var(dimensions.AsSpan(), unbiased, keepdim, type);

        public Tensor var(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Native.ost_var(As(type), dimensions, dimensions.Length, unbiased, keepdim);

        public Tensor var(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => var([dim], unbiased, keepdim, type);

        public Tensor std(bool unbiased = true) => Native.ost_std(this, [], 0, unbiased, false);

        public Tensor std(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            std(dimensions.AsSpan(), unbiased, keepdim, type);

        public Tensor std(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Native.ost_std(As(type), dimensions, dimensions.Length, unbiased, keepdim);

        public Tensor std(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => std([dim], unbiased, keepdim, type);

        /// <summary>(sum |x|^p)^(1/p)</summary>
        public Tensor norm(float p = 2.0f) => Native.ost_norm(this, p, Native.None, false);

        public Tensor norm(int dim, bool keepdim = false, float p = 2.0f) => Native.ost_norm(this, p, dim, keepdim);

        public Tensor max() => Native.ost_max(this);

        public unsafe (Tensor values, Tensor indexes) max(long dim, bool keepdim = false)
        {
            nint* pair = stackalloc nint[2];
            Native.Check(Native.ost_max_dim(this, dim, keepdim, pair));
            return (new Tensor(pair[0]), new Tensor(pair[1]));
        }

        public Tensor min() => Native.ost_min(this);

        public unsafe (Tensor values, Tensor indexes) min(long dim, bool keepdim = false)
        {
            nint* pair = stackalloc nint[2];
            Native.Check(Native.ost_min_dim(this, dim, keepdim, pair));
            return (new Tensor(pair[0]), new Tensor(pair[1]));
        }

        /// <summary>The largest over several dimensions.</summary>
        public Tensor amax(ReadOnlySpan<long> dims, bool keepdim = false, Tensor? @out = null) =>
            Into(@out, Native.ost_amax(this, dims, dims.Length, keepdim));

        public Tensor amax(long[] dims, bool keepdim = false, Tensor? @out = null) => amax(dims.AsSpan(), keepdim, @out);

        public Tensor amax(params long[] dims) => amax(dims.AsSpan());

        /// <summary>The smallest over several dimensions.</summary>
        public Tensor amin(ReadOnlySpan<long> dims, bool keepdim = false, Tensor? @out = null) =>
            Into(@out, Native.ost_amin(this, dims, dims.Length, keepdim));

        public Tensor amin(long[] dims, bool keepdim = false, Tensor? @out = null) => amin(dims.AsSpan(), keepdim, @out);

        public Tensor amin(params long[] dims) => amin(dims.AsSpan());

        public Tensor argmax() => Native.ost_argmax(this, Native.None, false);

        public Tensor argmax(long dim, bool keepdim = false) => Native.ost_argmax(this, dim, keepdim);

        public Tensor argmin() => Native.ost_argmin(this, Native.None, false);

        public Tensor argmin(long dim, bool keepdim = false) => Native.ost_argmin(this, dim, keepdim);

        public Tensor all() => Native.ost_all(this);

        public Tensor all(long dim, bool keepdim = false) => Native.ost_all_dim(this, dim, keepdim);

        public Tensor any() => Native.ost_any(this);

        public Tensor any(long dim, bool keepdim = false) => Native.ost_any_dim(this, dim, keepdim);

        public Tensor prod(ScalarType? type = null) => Native.ost_prod(this, Native.None, false, Native.Code(type));

        public Tensor prod(long dim, bool keepdim = false, ScalarType? type = null) => Native.ost_prod(this, dim, keepdim, Native.Code(type));

        public Tensor cumsum(long dim, ScalarType? type = null) => Native.ost_cumsum(this, dim, Native.Code(type));

        public Tensor cumprod(long dim, ScalarType? type = null) => Native.ost_cumprod(this, dim, Native.Code(type));

        /// <summary>A result, or the tensor that takes it.</summary>
        private static Tensor Into(Tensor? taker, Tensor result)
        {
            if (taker is null)
                return result;
            using (result)
                return taker.copy_(result);
        }

        private Tensor As(ScalarType? type) => type is { } other && other != dtype ? to(other) : this;
    }
}
