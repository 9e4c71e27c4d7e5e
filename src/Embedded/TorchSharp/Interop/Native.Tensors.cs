using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp;

internal static unsafe partial class Native
{
    [LibraryImport(Library)]
    internal static partial void ost_delete(nint x);

    [LibraryImport(Library)]
    internal static partial long ost_ndim(Tensor x);

    [LibraryImport(Library)]
    internal static partial long ost_numel(Tensor x);

    [LibraryImport(Library)]
    internal static partial int ost_dtype(Tensor x);

    [LibraryImport(Library)]
    internal static partial long ost_element_size(Tensor x);

    [LibraryImport(Library)]
    internal static partial int ost_device_type(Tensor x);

    [LibraryImport(Library)]
    internal static partial int ost_device_index(Tensor x);

    [LibraryImport(Library)]
    internal static partial Flag ost_is_contiguous(Tensor x);

    [LibraryImport(Library)]
    internal static partial long ost_storage_offset(Tensor x);

    [LibraryImport(Library)]
    internal static partial void ost_shape(Tensor x, long* sizes);

    [LibraryImport(Library)]
    internal static partial void ost_strides(Tensor x, long* strides);

    [LibraryImport(Library)]
    internal static partial int ost_size(Tensor x, long dim, out long size);

    [LibraryImport(Library)]
    internal static partial int ost_data(Tensor x, out nint address);

    [LibraryImport(Library)]
    internal static partial int ost_item(Tensor x, out NativeScalar value);

    [LibraryImport(Library)]
    internal static partial int ost_equal(Tensor x, Tensor y, out Flag equal);

    [LibraryImport(Library)]
    internal static partial int ost_allclose(Tensor x, Tensor y, double rtol, double atol, Flag equalNan, out Flag close);

    [LibraryImport(Library)]
    internal static partial Tensor ost_to(Tensor x, int type, int deviceType, int index, Flag copy, Flag nonBlocking);

    [LibraryImport(Library)]
    internal static partial Tensor ost_alias(Tensor x);

    [LibraryImport(Library)]
    internal static partial Tensor ost_clone(Tensor x);

    [LibraryImport(Library)]
    internal static partial Tensor ost_contiguous(Tensor x);

    [LibraryImport(Library)]
    internal static partial Tensor ost_pin_memory(Tensor x);

    [LibraryImport(Library)]
    internal static partial int ost_copy_(Tensor x, Tensor source, Flag nonBlocking);

    [LibraryImport(Library)]
    internal static partial int ost_set_(Tensor x, Tensor source);

    [LibraryImport(Library)]
    internal static partial int ost_fill_(Tensor x, Scalar value);
}
