namespace Orleans;

/// <summary>A state on its way to a storage or from it.</summary>
public interface IGrainState<T>
{
    T State { get; set; }

    /// <summary>The version of the record; null if none is known.</summary>
    string? ETag { get; set; }

    bool RecordExists { get; set; }
}

/// <inheritdoc cref="IGrainState{T}"/>
public sealed class GrainState<T> : IGrainState<T>
{
    public GrainState() : this(default!)
    {
    }

    public GrainState(T state) : this(state, null)
    {
    }

    public GrainState(T state, string? eTag) => (State, ETag) = (state, eTag);

    public T State { get; set; }

    public string? ETag { get; set; }

    public bool RecordExists { get; set; }
}
