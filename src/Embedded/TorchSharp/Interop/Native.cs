using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
[assembly: InternalsVisibleTo("OpenSora.Torch")]

namespace TorchSharp;

/// <summary>
/// The C interface of <c>native/src</c>, one file here for each file there. A declaration that returns a
/// <see cref="torch.Tensor"/> throws when the call failed; one that returns a status goes through <see cref="Check"/>.
/// Tensors are held for the time of a call, so a disposal on another thread waits for its end.
/// </summary>
internal static partial class Native
{
    private const string Library = "opensora_torch";

    /// <summary>Stands for an optional dimension that is not given.</summary>
    internal const long None = long.MinValue;

    /// <summary>Set by the one who gives devices names of their own: mends torch's messages before they are thrown.</summary>
    internal static Func<string, string>? Mend { get; set; }

    internal static void Check(int status)
    {
        if (status != 0)
            throw LastError();
    }

    /// <summary>This thread's last failure as an exception, with the first line of torch's message.</summary>
    internal static ExternalException LastError()
    {
        const int OutOfMemory = unchecked((int)0x8007000E); // E_OUTOFMEMORY
        string message = Marshal.PtrToStringUTF8(ost_error_message()) ?? "";
        message = Mend?.Invoke(message) ?? message;
        return ost_error_is_out_of_memory() ? new ExternalException(message, OutOfMemory) : new ExternalException(message);
    }

    /// <summary>A type as the native side takes it: -1 for none.</summary>
    internal static int Code(torch.ScalarType? type) => type is { } t ? (int)t : -1;

    [LibraryImport(Library)]
    private static partial nint ost_error_message();

    [LibraryImport(Library)]
    private static partial Flag ost_error_is_out_of_memory();
}
