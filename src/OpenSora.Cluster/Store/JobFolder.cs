using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using OpenSora.Contracts;

namespace OpenSora.Cluster.Store;

/// <summary>One job's folder, locked for as long as this lives.</summary>
public sealed class JobFolder : IDisposable
{
    internal const string RecordName = "job.json";
    private const string LockName = "lock", StepsName = "steps";

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
            return new JobFolder(folder, held, Read(folder));
        }
        catch (InputException)
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Removes a folder, whatever is in it, unless another process is at it.</summary>
    /// <param name="stays">Whether a job that can be read is left where it is.</param>
    internal static void RemoveLeft(string folder, Func<JobRecord, bool> stays)
    {
        try
        {
            using FileStream held = Hold(folder);
            if (!Stays())
                Directory.Delete(folder, recursive: true);
        }
        catch (IOException)
        {
        }

        bool Stays()
        {
            try
            {
                return stays(Read(folder));
            }
            catch (InputException)
            {
                return false;
            }
        }
    }

    private static JobRecord Read(string folder)
    {
        string file = Path.Combine(folder, RecordName);
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), StoreJson.Default.JobRecord) ?? throw new JsonException("it holds null");
        }
        catch (Exception damage) when (damage is JsonException or IOException)
        {
            throw new InputException($"--resume {Path.GetFileName(folder)}: {file} cannot be read ({damage.Message}); remove the folder and begin again", damage);
        }
    }

    public void Save() => KeptFile.Write(
        Path.Combine(_folder, RecordName), file => JsonSerializer.Serialize(file, Record, StoreJson.Default.JobRecord));

    /// <summary>Keeps a blob under a name; an older one of the name is replaced.</summary>
    internal void Keep<T>(string name, T header, JsonTypeInfo<T> type, IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        string path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        KeptFile.Write(path, file => Blobs.Write(file, header, type, parts, CancellationToken.None).GetAwaiter().GetResult());
    }

    /// <summary>The blob of a name; null when there is none, or a damaged one, which is as good as none.</summary>
    internal async Task<Blob<T>?> Find<T>(string name, JsonTypeInfo<T> type)
    {
        try
        {
            await using FileStream file = File.OpenRead(Path.Combine(_folder, name));
            return await Blobs.Read(file, type, CancellationToken.None);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException or BlobException)
        {
            return null;
        }
    }

    /// <summary>The name under which a step of a loop of a batch is kept; step 0 is its start.</summary>
    internal static string StepName(int batch, int loop, int step) => Path.Combine(StepsName, $"{batch}-{loop}-{step:D3}");

    /// <summary>Nothing is left of the job but its record and the steps that it was asked to keep.</summary>
    public void RemoveAllButSteps()
    {
        foreach (string file in Directory.GetFiles(_folder))
            if (Path.GetFileName(file) is not (RecordName or LockName))
                File.Delete(file);
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
