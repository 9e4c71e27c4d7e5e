using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp;

internal static unsafe partial class Native
{
    [LibraryImport(Library)]
    internal static partial Tensor ost_empty(ReadOnlySpan<long> size, int n, int type, int deviceType, int index);

    [LibraryImport(Library)]
    internal static partial Tensor ost_zeros(ReadOnlySpan<long> size, int n, int type, int deviceType, int index);

    [LibraryImport(Library)]
    internal static partial Tensor ost_ones(ReadOnlySpan<long> size, int n, int type, int deviceType, int index);

    [LibraryImport(Library)]
    internal static partial Tensor ost_full(ReadOnlySpan<long> size, int n, Scalar value, int type, int deviceType, int index);

    [LibraryImport(Library)]
    internal static partial Tensor ost_arange(Scalar start, Scalar stop, Scalar step, int type, int deviceType, int index);

    [LibraryImport(Library)]
    internal static partial Tensor ost_linspace(double start, double stop, long steps, int type, int deviceType, int index);

    [LibraryImport(Library)]
    internal static partial Tensor ost_from_memory(nint data, ReadOnlySpan<long> size, int n, int type,
        delegate* unmanaged<nint, void> released, nint state);
}
