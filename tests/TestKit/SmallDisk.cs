using System.Runtime.InteropServices;

namespace OpenSora.TestKit;

/// <summary>A disk of its own that a test fills, in pages of 4 KiB: a tmpfs. Only root may mount one.</summary>
public sealed partial class SmallDisk : IDisposable
{
    private const int Page = 4096, Detach = 2;
    private const uint ReadOnly = 1, Remount = 32;
    private readonly TemporaryFolder _below = new();
    private readonly string _fill;

    private SmallDisk(int pages)
    {
        _fill = this["fill"];
        if (Mount("tmpfs", Path, "tmpfs", 0, $"size={pages * Page}") != 0)
            throw new IOException($"a tmpfs could not be mounted at {Path}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>A new one.</summary>
    /// <param name="say">Told why there is none, where this user may not mount: then the test passes without having tried.</param>
    /// <returns>Null where there can be none.</returns>
    public static SmallDisk? Of(int pages, Action<string> say)
    {
        if (Environment.UserName == "root")
            return new SmallDisk(pages);
        say("passes without a look: only root may mount the small disk that this test fills");
        return null;
    }

    public string Path => _below.Path;

    /// <summary>The path of a file on it.</summary>
    public string this[string name] => _below[name];

    /// <summary>Names of all files on it but the one that fills it.</summary>
    public string[] Files => [.. Directory.EnumerateFiles(Path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }).Where(file => file != _fill)
        .Select(file => System.IO.Path.GetRelativePath(Path, file)).Order(StringComparer.Ordinal)];

    /// <summary>Nothing fills it any more.</summary>
    public void MakeRoom() => File.Delete(_fill);

    /// <summary>From now on nothing can be written to it, or it can again. Nothing on it is open for writing.</summary>
    public void SetReadOnly(bool isReadOnly)
    {
        if (Mount("tmpfs", Path, "tmpfs", Remount | (isReadOnly ? ReadOnly : 0u), "") != 0)
            throw new IOException($"{Path} could not be mounted anew: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>Fills it but for so many pages.</summary>
    public void Leave(int pages)
    {
        MakeRoom();
        long bytes = new DriveInfo(Path).AvailableFreeSpace - (pages * Page);
        using FileStream fill = File.Create(_fill);
        fill.Write(new byte[bytes]);
    }

    public void Dispose()
    {
        _ = Unmount(Path, Detach);
        _below.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string type, nuint flags, string data);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount(string target, int flags);
}
