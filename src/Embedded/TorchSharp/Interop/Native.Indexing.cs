using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp;

internal static unsafe partial class Native
{
    [LibraryImport(Library)]
    internal static partial Tensor ost_index(Tensor x, ReadOnlySpan<NativeIndex> indices, int n);

    [LibraryImport(Library)]
    internal static partial int ost_index_put_(Tensor x, ReadOnlySpan<NativeIndex> indices, int n, Tensor value);

    [LibraryImport(Library)]
    internal static partial int ost_index_put_scalar_(Tensor x, ReadOnlySpan<NativeIndex> indices, int n, Scalar value);

    [LibraryImport(Library)]
    internal static partial int ost_index_accumulate_(Tensor x, ReadOnlySpan<nint> indices, int n, Tensor value);

    [LibraryImport(Library)]
    internal static partial Tensor ost_index_select(Tensor x, long dim, Tensor index);

    [LibraryImport(Library)]
    internal static partial Tensor ost_masked_select(Tensor x, Tensor mask);

    [LibraryImport(Library)]
    internal static partial Tensor ost_masked_fill(Tensor x, Tensor mask, Scalar value);

    [LibraryImport(Library)]
    internal static partial int ost_masked_fill_(Tensor x, Tensor mask, Scalar value);

    [LibraryImport(Library)]
    internal static partial Tensor ost_gather(Tensor x, long dim, Tensor index);

    [LibraryImport(Library)]
    internal static partial Tensor ost_scatter(Tensor x, long dim, Tensor index, Tensor source);

    [LibraryImport(Library)]
    internal static partial int ost_scatter_(Tensor x, long dim, Tensor index, Tensor source);

    [LibraryImport(Library)]
    internal static partial Tensor ost_where(Tensor condition, Tensor x, Tensor y);

    [LibraryImport(Library)]
    internal static partial Tensor ost_nonzero(Tensor x);

    [LibraryImport(Library)]
    internal static partial Tensor ost_repeat_interleave(Tensor x, long repeats, long dim, long outputSize);

    [LibraryImport(Library)]
    internal static partial Tensor ost_repeat_interleave_tensor(Tensor x, Tensor repeats, long dim, long outputSize);

    [LibraryImport(Library)]
    internal static partial Tensor ost_triu(Tensor x, long diagonal);

    [LibraryImport(Library)]
    internal static partial Tensor ost_tril(Tensor x, long diagonal);

    [LibraryImport(Library)]
    internal static partial int ost_sort(Tensor x, long dim, Flag descending, Flag stable, nint* results);

    [LibraryImport(Library)]
    internal static partial int ost_topk(Tensor x, long k, long dim, Flag largest, Flag sorted, nint* results);
}
