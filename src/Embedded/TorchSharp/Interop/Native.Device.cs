using System.Runtime.InteropServices;

namespace TorchSharp;

internal static partial class Native
{
    [LibraryImport(Library)]
    internal static partial Flag ost_device_is_registered(int type);

    [LibraryImport(Library)]
    internal static partial int ost_device_count(int type, out int count);

    [LibraryImport(Library)]
    internal static partial int ost_device_synchronize(int type, int index);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint ost_load_vendor_library(string path);
}
