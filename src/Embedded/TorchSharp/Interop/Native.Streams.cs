using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp;

internal static partial class Native
{
    [LibraryImport(Library)]
    internal static partial int ost_copies_overlap(int type, int index, out int overlap);

    [LibraryImport(Library)]
    internal static partial Tensor ost_copy_beside(Tensor source, int type, int index, out nint done);

    [LibraryImport(Library)]
    internal static partial int ost_event_is_done(nint happening, out int done);

    [LibraryImport(Library)]
    internal static partial int ost_event_block(nint happening, int type, int index);

    [LibraryImport(Library)]
    internal static partial void ost_event_delete(nint happening);
}
