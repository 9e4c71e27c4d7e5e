using Orleans.Storage;

namespace Orleans.Embedded.Storage;

/// <summary>A grain's state with the storage behind it.</summary>
internal sealed class PersistentState<TState>(IGrainStorage storage, string name, GrainId grain) : IPersistentState<TState>
{
    private readonly GrainState<TState> record = new(Activator.CreateInstance<TState>());

    public TState State
    {
        get => record.State;
        set => record.State = value;
    }

    public string? Etag => record.ETag;

    public bool RecordExists => record.RecordExists;

    public Task ReadStateAsync() => ReadStateAsync(CancellationToken.None);

    public Task WriteStateAsync() => WriteStateAsync(CancellationToken.None);

    public Task ClearStateAsync() => ClearStateAsync(CancellationToken.None);

    public Task ReadStateAsync(CancellationToken cancellationToken) => storage.ReadStateAsync(name, grain, record, cancellationToken);

    public Task WriteStateAsync(CancellationToken cancellationToken) => storage.WriteStateAsync(name, grain, record, cancellationToken);

    public async Task ClearStateAsync(CancellationToken cancellationToken)
    {
        await storage.ClearStateAsync(name, grain, record, cancellationToken);
        record.State = Activator.CreateInstance<TState>();
    }
}
