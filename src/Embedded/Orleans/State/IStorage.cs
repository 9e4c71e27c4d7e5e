namespace Orleans.Core
{
    /// <summary>A grain's own state, and its record in a storage.</summary>
    public interface IStorage
    {
        /// <summary>The version of the record that was read or written last; null before any.</summary>
        string? Etag { get; }

        bool RecordExists { get; }

        /// <summary>Removes the record; the state is new after.</summary>
        Task ClearStateAsync();

        /// <summary>Writes the state.</summary>
        /// <exception cref="Orleans.Storage.InconsistentStateException">Somebody else has written since; if the grain lets it pass, its activation ends.</exception>
        Task WriteStateAsync();

        /// <summary>Reads the record, over what was not written. Done once before the activation.</summary>
        Task ReadStateAsync();

        Task ClearStateAsync(CancellationToken cancellationToken) => ClearStateAsync();

        Task WriteStateAsync(CancellationToken cancellationToken) => WriteStateAsync();

        Task ReadStateAsync(CancellationToken cancellationToken) => ReadStateAsync();
    }

    /// <inheritdoc cref="IStorage"/>
    public interface IStorage<TState> : IStorage
    {
        TState State { get; set; }
    }
}

namespace Orleans.Runtime
{
    /// <inheritdoc cref="Core.IStorage"/>
    public interface IPersistentState<TState> : Core.IStorage<TState>;
}
