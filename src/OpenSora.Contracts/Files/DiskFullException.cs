namespace OpenSora.Contracts.Files;

/// <summary>The disk had no room for a file: there is nothing under its name, or what was there before.</summary>
public sealed class DiskFullException : IOException
{
    /// <summary>What the system calls it on Linux: EFBIG, ENOSPC and EDQUOT.</summary>
    private static readonly int[] s_errors = [27, 28, 122];

    /// <summary>The words for the same of programs that tell no number.</summary>
    private static readonly string[] s_words = ["File too large", "No space left on device", "Disk quota exceeded"];

    /// <summary>A file that is to be written would not find room.</summary>
    public DiskFullException(string message) : base(message)
    {
    }

    /// <param name="writtenBytes">What of it there was room for.</param>
    public DiskFullException(string path, long writtenBytes, Exception? inner = null) : base(Words(path, writtenBytes), inner)
    {
    }

    /// <summary>Looks for room before a file is written.</summary>
    /// <param name="bytes">What it takes at the least.</param>
    /// <param name="flag">What gives it another folder.</param>
    /// <exception cref="DiskFullException">There is less.</exception>
    public static void Require(string path, long bytes, string flag)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (DiskSpace.Free(folder) is { } free && free < bytes)
            throw new DiskFullException($"{path} would not find room: the disk of {folder} has {Bytes.Words(free)} free, and it takes {Bytes.Words(bytes)} at the least: make room there, or give another {flag}");
    }

    /// <summary>Whether a failure says that a disk, or the share of it that this user has, is full.</summary>
    public static bool Is(Exception failure) => failure is IOException and not DiskFullException && s_errors.Contains(failure.HResult);

    /// <summary>Whether a program's words say so.</summary>
    public static bool Says(string words) => s_words.Any(known => words.Contains(known, StringComparison.OrdinalIgnoreCase));

    private static string Words(string path, long writtenBytes)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        string need = writtenBytes > 0 ? $" and the file needs more than {Bytes.Words(writtenBytes)}" : "";
        return $"{path} could not be written: the disk of {folder} is full, {Bytes.Words(DiskSpace.Free(folder) ?? 0)} are free{need}: make room there";
    }
}
