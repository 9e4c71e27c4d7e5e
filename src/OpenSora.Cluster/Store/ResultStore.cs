using System.Security.Cryptography;
using System.Text;
using OpenSora.Contracts.Cards;

namespace OpenSora.Cluster.Store;

/// <summary>What a kept result is beside its parts.</summary>
/// <param name="Sha256">Of its parts, one after the other: a damaged one is as good as none.</param>
internal sealed record KeptResult(string Sha256)
{
    /// <summary>Of a text. Part: its features.</summary>
    public EncodedPrompt? Prompt { get; init; }

    /// <summary>Of a start. Parts: the state of the random numbers after; of each sample the latent [T, S, 16].</summary>
    public IReadOnlyList<IReadOnlyList<float>> EditRatios { get; init; } = [];

    /// <summary>Of a step: the hashes of the start and of each step up to it. Parts: of each sample the latent [T, S, 16].</summary>
    public IReadOnlyList<string> Hashes { get; init; } = [];

    /// <summary>Of a step: the units that it took from the start to it, as far as its job counted them.</summary>
    public long Units { get; init; }
}

/// <summary>
/// Results of work, under the hash of all that they depend on. Those of an owner are in a folder of its own with a limit of its own: no other finds one, nor
/// drives one out. Those that were used least lately go first. What cannot be written is computed again another time. Thread-safe; several processes may share it.
/// </summary>
/// <param name="mostBytes">Of one owner; 0 keeps nothing.</param>
internal sealed class ResultStore(string root, long mostBytes)
{
    public bool IsOn => mostBytes > 0;

    /// <returns>Null where there is none, or a damaged one, which is removed.</returns>
    public async Task<(KeptResult Header, IReadOnlyList<ReadOnlyMemory<byte>> Parts)?> Find(string owner, string key)
    {
        string path = Path.Combine(FolderOf(owner), key);
        try
        {
            await using (FileStream file = File.OpenRead(path))
                if (await Blobs.Read(file, StoreJson.Default.KeptResult, CancellationToken.None) is { } found && HashOf(found.Parts) == found.Header.Sha256)
                {
                    File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
                    return (found.Header, found.Parts);
                }
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (IOException)
        {
        }
        Remove(path);
        return null;
    }

    public void Keep(string owner, string key, KeptResult header, IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        if (parts.Sum(part => (long)part.Length) > mostBytes)
            return;
        try
        {
            DirectoryInfo folder = Directory.CreateDirectory(FolderOf(owner));
            KeptFile.Write(Path.Combine(folder.FullName, key), file =>
                Blobs.Write(file, header with { Sha256 = HashOf(parts) }, StoreJson.Default.KeptResult, parts, CancellationToken.None).GetAwaiter().GetResult());
            long bytes = 0;
            foreach (FileInfo file in folder.GetFiles().OrderByDescending(file => file.LastWriteTimeUtc))
                if ((bytes += file.Length) > mostBytes)
                    Remove(file.FullName);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Nobody needs it.
        }
    }

    private string FolderOf(string owner) => Path.Combine(root, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(owner)))[..32]);

    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception kept) when (kept is IOException or UnauthorizedAccessException)
        {
        }
    }

    private static string HashOf(IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (ReadOnlyMemory<byte> part in parts)
            hash.AppendData(part.Span);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
