using OpenSora.Contracts;

namespace OpenSora.Video.Writing;

/// <summary>
/// A file that appears under its name when it is complete. Until then it has a hidden name in the same folder, where a
/// rename is atomic; when it is disposed without <see cref="Commit"/>, nothing is left.
/// </summary>
internal sealed class PartialFile : IDisposable
{
    private readonly string _path;
    private bool _done;

    /// <exception cref="InputException">The folder cannot be made or written to.</exception>
    public PartialFile(string path)
    {
        _path = Path.GetFullPath(path);
        string folder = Path.GetDirectoryName(_path)!;
        // Not made of the name itself: that may be as long as the file system allows.
        TemporaryPath = Path.Combine(folder, $".{Guid.NewGuid():n}.part");
        try
        {
            Directory.CreateDirectory(folder);
            File.Create(TemporaryPath).Dispose();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"cannot write to {folder}: {failure.Message}; choose a folder that can be written to", failure);
        }
    }

    /// <summary>Where the bytes go until they are complete.</summary>
    public string TemporaryPath { get; }

    /// <summary>Gives the file its name; an older one is replaced.</summary>
    /// <exception cref="InputException">The name is that of a folder, or too long.</exception>
    public void Commit()
    {
        try
        {
            File.Move(TemporaryPath, _path, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"cannot write {_path}: {failure.Message}; choose another name", failure);
        }
        _done = true;
    }

    public void Dispose()
    {
        if (!_done)
            File.Delete(TemporaryPath);
    }
}
