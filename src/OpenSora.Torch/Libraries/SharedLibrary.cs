using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace OpenSora.Torch;

/// <summary>Shared libraries of Linux: their files, and how they come into the process.</summary>
internal static partial class SharedLibrary
{
    /// <summary>Bytes of the header of a 64-bit ELF file.</summary>
    private const int Header = 64;

    /// <summary>All functions are bound at once: a missing one is told here, and not in the middle of a step.</summary>
    private const int BindNow = 2;

    private const int NoLoad = 4, Global = 0x100, NoDelete = 0x1000;

    /// <summary>The bytes of a file that is whole.</summary>
    /// <exception cref="DeviceException">See <see cref="CheckWhole"/>.</exception>
    public static byte[] Read(string path)
    {
        CheckWhole(path);
        return File.ReadAllBytes(path);
    }

    /// <summary>Refuses a file that is cut off: the loader would map it, and the process end where it reads on.</summary>
    /// <exception cref="DeviceException">It is missing, of another kind, or cut off.</exception>
    public static void CheckWhole(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            Span<byte> header = stackalloc byte[Header];
            if (file.ReadAtLeast(header, Header, throwOnEndOfStream: false) < Header || !header.StartsWith("\u007fELF\u0002\u0001"u8))
                throw Refused(path, "it is not a 64-bit shared library");
            // The table of sections is the last thing in the file.
            long end = BinaryPrimitives.ReadInt64LittleEndian(header[0x28..])
                + (long)BinaryPrimitives.ReadUInt16LittleEndian(header[0x3A..]) * BinaryPrimitives.ReadUInt16LittleEndian(header[0x3C..]);
            if (file.Length < end)
                throw Refused(path, $"it is cut off: {file.Length} of {end} bytes");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Refused(path, error is FileNotFoundException or DirectoryNotFoundException ? "it is missing" : error.Message);
        }
    }

    public static bool TryOpen(string path, out nint library, [NotNullWhen(false)] out string? refusal)
    {
        // The first call of a function asks the loader for it, which forgets the error before.
        _ = dlerror();
        library = dlopen(path, BindNow | NoDelete);
        refusal = library == 0 ? Marshal.PtrToStringUTF8(dlerror()) ?? "the loader does not say why" : null;
        return library != 0;
    }

    /// <summary>Lets libraries that are loaded later find the functions of one that is loaded already.</summary>
    public static void MakeGlobal(string path) => _ = dlopen(path, BindNow | NoLoad | Global);

    /// <summary>Opens a library that lies in memory only, so that nothing is left on a disk that may be read-only.</summary>
    public static unsafe bool TryOpenCopy(ReadOnlySpan<byte> bytes, string name, out nint library, [NotNullWhen(false)] out string? refusal)
    {
        library = 0;
        int file = memfd_create(name, 0);
        if (file < 0)
        {
            refusal = $"no memory for a copy of it: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}";
            return false;
        }
        using Microsoft.Win32.SafeHandles.SafeFileHandle handle = new(file, ownsHandle: true);
        RandomAccess.Write(handle, bytes, 0);
        return TryOpen($"/proc/self/fd/{file}", out library, out refusal);
    }

    /// <summary>One sentence for whoever has to mend it.</summary>
    public static DeviceException Refused(string path, string why) => new($"torch cannot be loaded: {path}: {why}. Remedy: {TorchLibraries.Remedy(path)}");

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint dlopen(string path, int flags);

    [LibraryImport("libc")]
    private static partial nint dlerror();

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int memfd_create(string name, uint flags);
}
