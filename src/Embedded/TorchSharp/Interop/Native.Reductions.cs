using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp;

internal static unsafe partial class Native
{
    [LibraryImport(Library)]
    internal static partial Tensor ost_sum(Tensor x, ReadOnlySpan<long> dims, int n, Flag keepdim, int type);

    [LibraryImport(Library)]
    internal static partial Tensor ost_mean(Tensor x, ReadOnlySpan<long> dims, int n, Flag keepdim, int type);

    [LibraryImport(Library)]
    internal static partial Tensor ost_var(Tensor x, ReadOnlySpan<long> dims, int n, Flag unbiased, Flag keepdim);

    [LibraryImport(Library)]
    internal static partial Tensor ost_std(Tensor x, ReadOnlySpan<long> dims, int n, Flag unbiased, Flag keepdim);

    [LibraryImport(Library)]
    internal static partial Tensor ost_norm(Tensor x, double p, long dim, Flag keepdim);

    [LibraryImport(Library)]
    internal static partial Tensor ost_max(Tensor x);

    [LibraryImport(Library)]
    internal static partial int ost_max_dim(Tensor x, long dim, Flag keepdim, nint* results);

    [LibraryImport(Library)]
    internal static partial Tensor ost_amax(Tensor x, ReadOnlySpan<long> dims, int n, Flag keepdim);

    [LibraryImport(Library)]
    internal static partial Tensor ost_argmax(Tensor x, long dim, Flag keepdim);

    [LibraryImport(Library)]
    internal static partial Tensor ost_min(Tensor x);

    [LibraryImport(Library)]
    internal static partial int ost_min_dim(Tensor x, long dim, Flag keepdim, nint* results);

    [LibraryImport(Library)]
    internal static partial Tensor ost_amin(Tensor x, ReadOnlySpan<long> dims, int n, Flag keepdim);

    [LibraryImport(Library)]
    internal static partial Tensor ost_argmin(Tensor x, long dim, Flag keepdim);

    [LibraryImport(Library)]
    internal static partial Tensor ost_all(Tensor x);

    [LibraryImport(Library)]
    internal static partial Tensor ost_all_dim(Tensor x, long dim, Flag keepdim);

    [LibraryImport(Library)]
    internal static partial Tensor ost_any(Tensor x);

    [LibraryImport(Library)]
    internal static partial Tensor ost_any_dim(Tensor x, long dim, Flag keepdim);

    [LibraryImport(Library)]
    internal static partial Tensor ost_cumsum(Tensor x, long dim, int type);

    [LibraryImport(Library)]
    internal static partial Tensor ost_cumprod(Tensor x, long dim, int type);

    [LibraryImport(Library)]
    internal static partial Tensor ost_prod(Tensor x, long dim, Flag keepdim, int type);
}
