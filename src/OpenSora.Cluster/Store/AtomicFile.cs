namespace OpenSora.Cluster.Store;

/// <summary>Files that are whole or not there, also after a power cut: written beside their place, synchronised, renamed.</summary>
internal static class AtomicFile
{
    public static async Task Write(string path, Func<Stream, Task> write)
    {
        string part = path + ".part";
        await using (FileStream file = File.Create(part))
        {
            await write(file);
            file.Flush(flushToDisk: true);
        }
        File.Move(part, path, overwrite: true);
    }
}
