namespace OpenSora.Inference.Weights;

/// <summary>Files that appear under their name when they are complete, and not at all when writing fails.</summary>
internal static class AtomicFile
{
    /// <summary>Writes under a temporary name in the same folder and renames at the end; an older file is replaced.</summary>
    public static void Write(string path, Action<FileStream> write)
    {
        string temporary = $"{path}.{Guid.NewGuid():n}.part";
        try
        {
            using (FileStream stream = new(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 16))
                write(stream);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
