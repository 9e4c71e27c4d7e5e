using System.Runtime.InteropServices;

namespace TorchSharp;

internal static unsafe partial class Native
{
    [LibraryImport(Library)]
    internal static partial int ost_start_recording();

    [LibraryImport(Library)]
    internal static partial int ost_stop_recording(nint state, delegate* unmanaged<nint, byte*, long, double, void> take);
}
