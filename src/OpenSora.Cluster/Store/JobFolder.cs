using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using OpenSora.Contracts;

namespace OpenSora.Cluster.Store;

/// <summary>One job's folder, locked for as long as this lives.</summary>
public sealed class JobFolder : IDisposable
{
    internal const string RecordName = "job.json";
    private const string LockName = "lock";

    private readonly string _folder;
    private readonly FileStream _lock;

    private JobFolder(string folder, FileStream held, JobRecord record) => (_folder, _lock, Record) = (folder, held, record);

    /// <summary>As last saved, or as set since.</summary>
    public JobRecord Record { get; set; }

    internal static JobFolder Lock(string folder, JobRecord record) => new(folder, Hold(folder), record);

    /// <exception cref="JobInUseException">Another process is at it.</exception>
    /// <exception cref="InputException">It is damaged.</exception>
    internal static JobFolder Open(string folder)
    {
        FileStream held;
        try
        {
            held = Hold(folder);
        }
        catch (IOException)
        {
            throw new JobInUseException($"--resume {Path.GetFileName(folder)}: another process is at this job; wait for it or stop it");
        }
        try
        {
            byte[] json = File.ReadAllBytes(Path.Combine(folder, RecordName));
            return new JobFolder(folder, held, JsonSerializer.Deserialize(json, StoreJson.Default.JobRecord) ?? throw new JsonException("it holds null"));
        }
        catch (Exception damage) when (damage is JsonException or IOException)
        {
            held.Dispose();
            throw new InputException($"--resume {Path.GetFileName(folder)}: {Path.Combine(folder, RecordName)} cannot be read ({damage.Message}); remove the folder and begin again", damage);
        }
    }

    /// <summary>Removes a folder, whatever is in it, unless another process is at it.</summary>
    internal static void RemoveLeft(string folder)
    {
        try
        {
            using FileStream held = Hold(folder);
            Directory.Delete(folder, recursive: true);
        }
        catch (IOException)
        {
        }
    }

    public void Save() => KeptFile.Write(
        Path.Combine(_folder, RecordName), file => JsonSerializer.Serialize(file, Record, StoreJson.Default.JobRecord));

    /// <summary>Keeps a blob under a name; an older one of the name is replaced.</summary>
    internal void Keep<T>(string name, T header, JsonTypeInfo<T> type, IReadOnlyList<ReadOnlyMemory<byte>> parts) => KeptFile.Write(
        Path.Combine(_folder, name), file => Blobs.Write(file, header, type, parts, CancellationToken.None).GetAwaiter().GetResult());

    /// <summary>The blob of a name; null when there is none, or a damaged one, which is as good as none.</summary>
    internal async Task<Blob<T>?> Find<T>(string name, JsonTypeInfo<T> type)
    {
        try
        {
            await using FileStream file = File.OpenRead(Path.Combine(_folder, name));
            return await Blobs.Read(file, type, CancellationToken.None);
        }
        catch (Exception missing) when (missing is FileNotFoundException or BlobException)
        {
            return null;
        }
    }

    /// <summary>Nothing is left of the job.</summary>
    public void Remove()
    {
        CrashPoint.Pass();
        Directory.Delete(_folder, recursive: true);
        CrashPoint.Pass();
    }

    public void RemoveAndDispose()
    {
        Remove();
        Dispose();
    }

    public void Dispose() => _lock.Dispose();

    /// <summary>An advisory lock of the system: it ends with the process, however that ends.</summary>
    private static FileStream Hold(string folder) => new(Path.Combine(folder, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
}

/// <summary>Another process is at the job.</summary>
public sealed class JobInUseException(string message) : InputException(message);
