namespace OpenSora.Contracts.Files;

/// <summary>The files that have one name between them: a video, or its samples, and what lies beside it.</summary>
/// <param name="Path">Without number of sample and extension.</param>
/// <param name="Files">All that may be written.</param>
/// <param name="Flags">What gives it another name. Default: the flags of videos.</param>
public sealed record ReservedName(string Path, IReadOnlyList<string> Files, string Flags = "--sample-name or --save-dir");

/// <summary>
/// Names that one program at a time writes to. A hidden file beside each is locked for as long as this lives; the lock ends with the
/// process, however that ends.
/// </summary>
public sealed class NameReservation : IDisposable
{
    /// <summary>What becomes of names that have files: see <c>--overwrite</c>.</summary>
    public const string Always = "always", Never = "never", Number = "number";

    private const int MostNumbers = 1_000_000;

    /// <summary>What the system calls a lock of somebody else: EAGAIN.</summary>
    private const int Locked = 11;

    /// <summary>What the system adds to the name of an open file that is removed.</summary>
    private const string Removed = " (deleted)";

    private readonly List<FileStream> _held = [];

    /// <summary>Holds names.</summary>
    /// <param name="overwrite"><see cref="Always"/>, <see cref="Never"/> or <see cref="Number"/>.</param>
    /// <param name="namesFrom">The names when so much is added to their numbers.</param>
    /// <returns>What was added: 0 but for <see cref="Number"/>, which takes the first for which no name has files or is held.</returns>
    /// <exception cref="InputException">A name has a file that is to stay, another run holds it, or nothing can be written there.</exception>
    public static (int Added, NameReservation Held) Take(string overwrite, Func<int, IEnumerable<ReservedName>> namesFrom)
    {
        for (int added = 0; ; added++)
        {
            NameReservation held = new();
            try
            {
                foreach (ReservedName name in namesFrom(added))
                    held.Add(name, overwrite);
                return (added, held);
            }
            catch (NameTakenException) when (overwrite == Number && added < MostNumbers)
            {
                held.Dispose();
            }
            catch
            {
                held.Dispose();
                throw;
            }
        }
    }

    public void Dispose()
    {
        foreach (FileStream held in _held)
        {
            File.Delete(held.Name);
            held.Dispose();
        }
        _held.Clear();
    }

    /// <summary>Holds one more name, to whose number nothing can be added.</summary>
    /// <inheritdoc cref="Take"/>
    public void Add(ReservedName name, string overwrite)
    {
        if (name.Files.FirstOrDefault(Directory.Exists) is { } folder)
            throw new InputException($"{folder} is a folder, and a file of that name is to be made: give another {name.Flags}");
        if (overwrite != Always && name.Files.FirstOrDefault(File.Exists) is { } there)
            throw new NameTakenException($"{there} is there, and --overwrite {overwrite} keeps it: give another {name.Flags}, or --overwrite always");
        _held.Add(Hold(name));
        foreach (string file in name.Files)
            CheckLength(file, name.Flags);
    }

    /// <summary>Whether the file system takes a name, asked of it in a folder that is there.</summary>
    private static void CheckLength(string file, string flags)
    {
        try
        {
            _ = File.GetAttributes(file);
        }
        catch (PathTooLongException failure)
        {
            throw new InputException($"cannot write {file} ({failure.Message}): give a shorter {flags}", failure);
        }
        catch (FileNotFoundException)
        {
        }
    }

    private static FileStream Hold(ReservedName name)
    {
        string file = Path.Combine(Path.GetDirectoryName(name.Path)!, $".{Path.GetFileName(name.Path)}.lock");
        while (true)
        {
            FileStream held = Open(name, file);
            // Who let go of it may have removed the file that was opened and is locked here: then it is nobody's name.
            if (new FileInfo($"/proc/self/fd/{held.SafeFileHandle.DangerousGetHandle()}").LinkTarget?.EndsWith(Removed, StringComparison.Ordinal) != true)
                return held;
            held.Dispose();
        }
    }

    private static FileStream Open(ReservedName name, string file)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            if (DiskFullException.Is(failure))
                throw new DiskFullException(file, 0, failure);
            if (failure.HResult == Locked)
                throw new NameTakenException($"{name.Path} is being made by another run: wait for it, or give another {name.Flags}");
            throw new InputException($"cannot write {name.Path} ({failure.Message}): give another {name.Flags}, with a folder that can be written to", failure);
        }
    }

    private sealed class NameTakenException(string message) : InputException(message);
}
