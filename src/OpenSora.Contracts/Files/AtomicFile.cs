namespace OpenSora.Contracts.Files;

/// <summary>Files that are whole or not there, also after a power cut: written beside their place, synchronised, renamed.</summary>
public static class AtomicFile
{
    /// <summary>Ends when the file is on the disk; the thread waits, which may take as long as the disk does. An older file is replaced.</summary>
    /// <param name="durable">Called when something is about to become durable, and when it has.</param>
    /// <exception cref="DiskFullException">There is no room for it.</exception>
    public static void Write(string path, Action<FileStream> write, Action? durable = null)
    {
        string part = path + ".part";
        try
        {
            using (FileStream file = File.Create(part))
            {
                write(file);
                file.Flush(flushToDisk: true);
            }
            durable?.Invoke();
            File.Move(part, path, overwrite: true);
            durable?.Invoke();
        }
        catch (Exception failure)
        {
            FileInfo left = new(part);
            DiskFullException? full = DiskFullException.Is(failure) ? new(path, left.Exists ? left.Length : 0, failure) : null;
            if (left.Exists)
                left.Delete();
            if (full is not null)
                throw full;
            throw;
        }
    }

    /// <summary>Writes a text in UTF-8.</summary>
    /// <inheritdoc cref="Write"/>
    public static void WriteText(string path, string text) => Write(path, file => file.Write(System.Text.Encoding.UTF8.GetBytes(text)));
}
