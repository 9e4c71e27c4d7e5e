using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp;

internal static partial class Native
{
    [LibraryImport(Library)]
    internal static partial Tensor ost_view(Tensor x, ReadOnlySpan<long> values, int n);

    [LibraryImport(Library)]
    internal static partial Tensor ost_reshape(Tensor x, ReadOnlySpan<long> values, int n);

    [LibraryImport(Library)]
    internal static partial Tensor ost_permute(Tensor x, ReadOnlySpan<long> values, int n);

    [LibraryImport(Library)]
    internal static partial Tensor ost_repeat(Tensor x, ReadOnlySpan<long> values, int n);

    [LibraryImport(Library)]
    internal static partial Tensor ost_tile(Tensor x, ReadOnlySpan<long> values, int n);

    [LibraryImport(Library)]
    internal static partial Tensor ost_flip(Tensor x, ReadOnlySpan<long> values, int n);

    [LibraryImport(Library)]
    internal static partial Tensor ost_expand(Tensor x, ReadOnlySpan<long> size, int n, Flag isImplicit);

    [LibraryImport(Library)]
    internal static partial Tensor ost_as_strided(Tensor x, ReadOnlySpan<long> size, int n, ReadOnlySpan<long> strides, int m, long offset);

    [LibraryImport(Library)]
    internal static partial Tensor ost_flatten(Tensor x, long start, long end);

    [LibraryImport(Library)]
    internal static partial Tensor ost_transpose(Tensor x, long dim0, long dim1);

    [LibraryImport(Library)]
    internal static partial Tensor ost_t(Tensor x);

    [LibraryImport(Library)]
    internal static partial Tensor ost_squeeze(Tensor x, long dim);

    [LibraryImport(Library)]
    internal static partial Tensor ost_unsqueeze(Tensor x, long dim);

    [LibraryImport(Library)]
    internal static partial Tensor ost_narrow(Tensor x, long dim, long start, long length);

    [LibraryImport(Library)]
    internal static partial Tensor ost_slice(Tensor x, long dim, long start, long end, long step);

    [LibraryImport(Library)]
    internal static partial Tensor ost_select(Tensor x, long dim, long index);

    [LibraryImport(Library)]
    internal static partial Tensor ost_movedim(Tensor x, ReadOnlySpan<long> source, int n, ReadOnlySpan<long> destination, int m);

    [LibraryImport(Library)]
    internal static partial Tensor ost_unfold(Tensor x, long dim, long size, long step);

    [LibraryImport(Library)]
    internal static partial Tensor ost_roll(Tensor x, ReadOnlySpan<long> shifts, int n, ReadOnlySpan<long> dims, int m);
}
