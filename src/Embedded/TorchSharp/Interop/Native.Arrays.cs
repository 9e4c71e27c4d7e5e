using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp;

internal static unsafe partial class Native
{
    [LibraryImport(Library)]
    internal static partial Tensor ost_cat(ReadOnlySpan<nint> list, int n, long dim);

    [LibraryImport(Library)]
    internal static partial Tensor ost_stack(ReadOnlySpan<nint> list, int n, long dim);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial Tensor ost_einsum(string equation, ReadOnlySpan<nint> list, int n);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ost_meshgrid(ReadOnlySpan<nint> list, int n, string indexing, nint* results);

    [LibraryImport(Library)]
    internal static partial int ost_broadcast_tensors(ReadOnlySpan<nint> list, int n, nint* results);

    [LibraryImport(Library)]
    internal static partial int ost_split(Tensor x, ReadOnlySpan<long> lengths, int n, long dim, nint* results);

    [LibraryImport(Library)]
    internal static partial int ost_unbind(Tensor x, long dim, nint* results);
}
