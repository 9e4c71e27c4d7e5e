namespace OpenSora.Cluster.Store;

/// <summary>Files that are whole or not there, also after a power cut: written beside their place, synchronised, renamed.</summary>
internal static class AtomicFile
{
    /// <summary>Ends when the file is on the disk; the thread waits, which may take as long as the disk does.</summary>
    public static void Write(string path, Action<Stream> write)
    {
        string part = path + ".part";
        using (FileStream file = File.Create(part))
        {
            write(file);
            file.Flush(flushToDisk: true);
        }
        CrashPoint.Pass();
        File.Move(part, path, overwrite: true);
        CrashPoint.Pass();
    }
}
