using System.Runtime.InteropServices;

namespace SentencePiece;

/// <summary>
/// Loads a library so that it finds its own functions before those of others. libsentencepiece carries a copy of protobuf
/// of another version than the one that libtorch needs; once libtorch is visible to all (a vendor's device library wants
/// it so) the two would be mixed, and protobuf ends with an error.
/// </summary>
internal static partial class PrivateLibrary
{
    private const int Now = 0x2, DeepBind = 0x8;

    /// <summary>The library beside the program; 0 when it is not there, and the runtime searches on.</summary>
    public static nint Load(string name)
    {
        string path = Path.Combine(AppContext.BaseDirectory, $"lib{name}.so");
        return OperatingSystem.IsLinux() && File.Exists(path) ? dlopen(path, Now | DeepBind) : 0;
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint dlopen(string path, int flags);
}
