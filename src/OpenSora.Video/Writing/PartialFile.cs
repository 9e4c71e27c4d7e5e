using OpenSora.Contracts;
using OpenSora.Contracts.Files;

namespace OpenSora.Video.Writing;

/// <summary>
/// A file that appears under its name when it is complete, also after a power cut. Until then it has a hidden name in the same folder,
/// where a rename is atomic; when it is disposed without <see cref="Commit"/>, nothing is left.
/// </summary>
internal sealed class PartialFile : IDisposable
{
    private readonly string _path;
    private bool _done;

    /// <exception cref="InputException">The folder cannot be made or written to.</exception>
    /// <exception cref="DiskFullException">There is no room for as much as a name.</exception>
    public PartialFile(string path)
    {
        _path = Path.GetFullPath(path);
        string folder = Path.GetDirectoryName(_path)!;
        // Not made of the name itself: that may be as long as the file system allows.
        TemporaryPath = Path.Combine(folder, $".{Guid.NewGuid():n}.part");
        Try($"cannot write to {folder}", "choose a folder that can be written to", () =>
        {
            Directory.CreateDirectory(folder);
            File.Create(TemporaryPath).Dispose();
        });
    }

    /// <summary>Where the bytes go until they are complete.</summary>
    public string TemporaryPath { get; }

    /// <summary>The disk was full while it was written.</summary>
    public DiskFullException Full(Exception? failure) => new(_path, new FileInfo(TemporaryPath) is { Exists: true } part ? part.Length : 0, failure);

    /// <summary>Gives the file its name; an older one is replaced.</summary>
    /// <exception cref="InputException">The name is that of a folder, or too long.</exception>
    /// <exception cref="DiskFullException">The disk has no room for what it had taken.</exception>
    public void Commit()
    {
        Try($"cannot write {_path}", "choose another name", () =>
        {
            // Some file systems take bytes that they find no room for later.
            using (FileStream written = File.OpenWrite(TemporaryPath))
                written.Flush(flushToDisk: true);
            File.Move(TemporaryPath, _path, overwrite: true);
        });
        _done = true;
    }

    public void Dispose()
    {
        if (!_done)
            File.Delete(TemporaryPath);
    }

    private void Try(string what, string remedy, Action act)
    {
        try
        {
            act();
        }
        catch (Exception full) when (DiskFullException.Is(full))
        {
            throw Full(full);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{what}: {failure.Message}; {remedy}", failure);
        }
    }
}
