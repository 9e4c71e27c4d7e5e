using System.Collections.Concurrent;
using System.Text.Json;
using Orleans.Storage;

namespace Orleans.Tests.Storage;

/// <summary>A storage of the test's own: JSON in a dictionary, version numbers as ETags, and somebody else may write in between.</summary>
internal sealed class ShelfStorage : IGrainStorage
{
    private readonly ConcurrentDictionary<string, (int Version, string Json)> records = new();

    public IEnumerable<string> Keys => records.Keys;

    /// <summary>Writes as another activation elsewhere would.</summary>
    public void WriteBehind(string key) => records[key] = (records[key].Version + 1, records[key].Json);

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        grainState.RecordExists = records.TryGetValue(Key(stateName, grainId), out (int Version, string Json) record);
        grainState.ETag = grainState.RecordExists ? record.Version.ToString() : null;
        grainState.State = grainState.RecordExists ? JsonSerializer.Deserialize<T>(record.Json)! : Activator.CreateInstance<T>();
        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        string key = Key(stateName, grainId);
        string? stored = records.TryGetValue(key, out (int Version, string Json) record) ? record.Version.ToString() : null;
        if (stored != grainState.ETag)
        {
            throw new InconsistentStateException("Somebody else has written.", stored, grainState.ETag);
        }
        records[key] = (record.Version + 1, JsonSerializer.Serialize(grainState.State));
        grainState.ETag = (record.Version + 1).ToString();
        grainState.RecordExists = true;
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        records.TryRemove(Key(stateName, grainId), out _);
        grainState.RecordExists = false;
        grainState.ETag = null;
        return Task.CompletedTask;
    }

    private static string Key(string stateName, GrainId grainId) => $"{stateName}|{grainId}";
}
