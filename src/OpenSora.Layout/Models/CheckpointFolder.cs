using OpenSora.Contracts;

namespace OpenSora.Layout.Models;

/// <summary>The folder of one network, as it was downloaded. No weight is read.</summary>
public static class CheckpointFolder
{
    private const string Config = "config.json";

    private const int MostShown = 5;

    /// <summary>What files are that Git LFS has not fetched: some 130 bytes of text.</summary>
    private static ReadOnlySpan<byte> Pointer => "version https://git-lfs.github.com/spec/"u8;

    private const long LargestPointer = 1024;

    /// <summary>Keys by which the <c>config.json</c> of a network is known, by the last word of its flag.</summary>
    private static readonly Dictionary<string, string> Keys = new() { ["dit"] = "caption_channels", ["t5"] = "d_model", ["vae2d"] = "block_out_channels", ["vae3d"] = "vae_temporal" };

    private static readonly EnumerationOptions Below = new() { RecurseSubdirectories = true, MaxRecursionDepth = 4 };

    /// <summary>Looks whether a folder is one of a network; where it is near one, the error names that.</summary>
    /// <param name="network">dit, t5, vae2d or vae3d.</param>
    /// <exception cref="InputException">It is not, or Git LFS has not fetched a file of it.</exception>
    public static void Require(string network, string path)
    {
        string flag = $"--ckpt-path-{network}";
        if (File.Exists(path))
            throw new InputException($"{flag} {path} is a file: give the folder with its config.json, e.g. {flag} {Path.GetDirectoryName(Path.GetFullPath(path))}");
        if (!Directory.Exists(path))
            throw new InputException($"{flag} {path} does not exist: give the folder with config.json and weights that was downloaded");
        if (ConfigOf(path) is null)
            throw new InputException($"{flag} {path} has no config.json: " + (Find(network, path) is { Length: > 0 } found
                ? $"give {string.Join(" or ", found.Take(MostShown).Select(folder => $"{flag} {folder}"))}"
                : "give the folder with config.json and weights that was downloaded"));
        if (Directory.EnumerateFiles(path, "*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 }).FirstOrDefault(IsPointer) is { } pointer)
            throw new InputException($"{flag}: {pointer} is a pointer of Git LFS and not the file itself: run git lfs pull in {path}, or download it again");
    }

    /// <summary>The public 2D autoencoder lies in the subfolder <c>vae</c>.</summary>
    private static string? ConfigOf(string folder) =>
        new[] { Path.Combine(folder, Config), Path.Combine(folder, "vae", Config) }.FirstOrDefault(File.Exists);

    /// <summary>Folders of the network below another one: a level below, or in a cache of the Hugging Face hub.</summary>
    private static string[] Find(string network, string path)
    {
        string[] folders = [.. Directory.EnumerateDirectories(path, "*", Below).Where(folder => IsOf(network, folder) && IsCurrent(folder))];
        return [.. folders.Where(folder => !folders.Contains(Path.GetDirectoryName(folder))).Order(StringComparer.Ordinal)];
    }

    private static bool IsOf(string network, string folder)
    {
        try
        {
            return ConfigOf(folder) is { } config && File.ReadAllText(config).Contains($"\"{Keys[network]}\"", StringComparison.Ordinal);
        }
        catch (Exception unread) when (unread is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>A hub's cache keeps older downloads, too: <c>models--OWNER--NAME/refs/main</c> says which of its <c>snapshots</c> is the latest.</summary>
    private static bool IsCurrent(string folder) =>
        Path.GetDirectoryName(folder) is not { } parent || Path.GetFileName(parent) != "snapshots"
        || Path.Combine(parent, "..", "refs", "main") is var main && (!File.Exists(main) || File.ReadAllText(main).Trim() == Path.GetFileName(folder));

    private static bool IsPointer(string file)
    {
        try
        {
            using FileStream stream = File.OpenRead(file); // a hub's cache has links, whose own length is short
            byte[] start = new byte[Pointer.Length];
            return stream.Length <= LargestPointer && stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start.AsSpan().SequenceEqual(Pointer);
        }
        catch (Exception unread) when (unread is IOException or UnauthorizedAccessException)
        {
            return false; // it is told by whoever needs it
        }
    }
}
