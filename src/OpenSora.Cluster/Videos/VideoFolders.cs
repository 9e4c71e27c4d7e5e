using OpenSora.Cluster.Store;
using OpenSora.Contracts;

namespace OpenSora.Cluster.Videos;

/// <summary>Where the files of videos lie: <c>STORE/videos/ID</c>. Ids are this program's own, so no name leaves the store.</summary>
internal sealed class VideoFolders(VideoServiceOptions options)
{
    private readonly string _root = Path.GetFullPath(Path.Combine(options.Store, "videos"));

    /// <summary>The folder of a video; it need not be there.</summary>
    public string Of(string id) => Path.Combine(_root, id);

    /// <returns>The id of the store, for life: the same in all programs that share it.</returns>
    /// <exception cref="InputException">The store cannot be written to.</exception>
    public string Open()
    {
        string id = Path.Combine(options.Store, "store.id");
        try
        {
            Directory.CreateDirectory(_root);
            string probe = Path.Combine(_root, $".{Guid.NewGuid():n}");
            File.WriteAllText(probe, "");
            File.Delete(probe);
            if (!File.Exists(id))
                Name(id);
            // Of a program that was slower, or was killed. Without options the pattern would mean store.id, too.
            foreach (string left in Directory.GetFiles(options.Store, "store.id.*", new EnumerationOptions()))
                File.Delete(left);
            return File.ReadAllText(id);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"--store: nothing can be kept in {_root} ({failure.Message}); give a folder that can be written to", failure);
        }
    }

    /// <summary>Gives the store an id, unless another program is faster, which may have cleared away this one's attempt.</summary>
    private static void Name(string file)
    {
        string name = Guid.NewGuid().ToString("n"), mine = $"{file}.{name}";
        try
        {
            KeptFile.Write(mine, stream => stream.Write(System.Text.Encoding.ASCII.GetBytes(name)));
            File.Move(mine, file);
        }
        catch (IOException) when (File.Exists(file))
        {
            File.Delete(mine);
        }
    }

    /// <summary>Keeps the reference of a video before it is asked for.</summary>
    /// <param name="extension">For people: what it is its content tells.</param>
    /// <returns>Its file.</returns>
    public string KeepReference(string id, ReadOnlyMemory<byte> bytes, string extension)
    {
        string file = Path.Combine(Directory.CreateDirectory(Of(id)).FullName, "reference" + extension);
        KeptFile.Write(file, stream => stream.Write(bytes.Span));
        return file;
    }

    public void Remove(string id)
    {
        if (Directory.Exists(Of(id)))
            Directory.Delete(Of(id), recursive: true);
    }

    /// <summary>Removes what a crash left: files that were not complete, and folders of requests that were never taken.</summary>
    /// <param name="recent">Younger ones are left alone.</param>
    public void RemoveAllBut(IReadOnlySet<string> ids, TimeSpan recent)
    {
        foreach (string folder in Directory.EnumerateDirectories(_root).ToArray())
            if (!ids.Contains(Path.GetFileName(folder)) && DateTime.UtcNow - Directory.GetCreationTimeUtc(folder) >= recent)
                Directory.Delete(folder, recursive: true);
        foreach (string partial in Directory.GetFiles(_root, "*.part", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None }))
            if (DateTime.UtcNow - File.GetLastWriteTimeUtc(partial) >= recent)
                File.Delete(partial);
    }
}
