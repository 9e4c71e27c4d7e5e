using System.Runtime.InteropServices;

namespace TorchSharp;

internal static partial class Native
{
    [LibraryImport(Library)]
    internal static partial int ost_get_num_threads();

    [LibraryImport(Library)]
    internal static partial int ost_set_num_threads(int count);

    [LibraryImport(Library)]
    internal static partial int ost_get_num_interop_threads();

    [LibraryImport(Library)]
    internal static partial int ost_set_num_interop_threads(int count);

    [LibraryImport(Library)]
    internal static partial nint ost_version();

    [LibraryImport(Library)]
    internal static partial nint ost_build_description();
}
