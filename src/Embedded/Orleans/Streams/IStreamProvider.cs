namespace Orleans.Streams;

/// <summary>A place for streams, by name.</summary>
public interface IStreamProvider
{
    string Name { get; }

    bool IsRewindable { get; }

    /// <summary>Every stream exists always.</summary>
    IAsyncStream<T> GetStream<T>(StreamId streamId);
}
