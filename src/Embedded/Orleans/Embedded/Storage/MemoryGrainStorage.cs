using Orleans.Embedded.Copying;
using Orleans.Storage;

namespace Orleans.Embedded.Storage;

/// <summary>States in memory: copies, made as messages are copied, so that nothing that was not written is found later.</summary>
internal sealed class MemoryGrainStorage(MessageCopier copier) : IGrainStorage
{
    private readonly Dictionary<(string State, GrainId Grain), (long Version, object? State)> records = [];
    private long lastVersion;

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        lock (records)
        {
            grainState.RecordExists = records.TryGetValue((stateName, grainId), out (long Version, object? State) record);
            grainState.ETag = grainState.RecordExists ? Etag(record.Version) : null;
            grainState.State = grainState.RecordExists ? (T)copier.CopyOf(record.State)! : Activator.CreateInstance<T>();
        }
        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        lock (records)
        {
            Expect(stateName, grainId, grainState.ETag);
            records[(stateName, grainId)] = (++lastVersion, copier.CopyOf(grainState.State));
            grainState.ETag = Etag(lastVersion);
            grainState.RecordExists = true;
        }
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        lock (records)
        {
            Expect(stateName, grainId, grainState.ETag);
            records.Remove((stateName, grainId));
            grainState.ETag = null;
            grainState.RecordExists = false;
        }
        return Task.CompletedTask;
    }

    private static string Etag(long version) => version.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private void Expect(string stateName, GrainId grainId, string? etag)
    {
        string? stored = records.TryGetValue((stateName, grainId), out (long Version, object? State) record) ? Etag(record.Version) : null;
        if (stored != etag)
        {
            throw new InconsistentStateException($"State '{stateName}' of {grainId} was written by somebody else.", stored, etag);
        }
    }
}
