namespace Orleans.Storage;

/// <summary>Somebody else has written the record since it was read. A grain that lets it pass is deactivated.</summary>
public class InconsistentStateException : Runtime.OrleansException
{
    public InconsistentStateException()
    {
    }

    public InconsistentStateException(string message) : base(message)
    {
    }

    public InconsistentStateException(string message, Exception innerException) : base(message, innerException)
    {
    }

    public InconsistentStateException(string errorMsg, string? storedEtag, string? currentEtag, Exception storageException) : base(errorMsg, storageException) =>
        (StoredEtag, CurrentEtag) = (storedEtag, currentEtag);

    public InconsistentStateException(string errorMsg, string? storedEtag, string? currentEtag) : base(errorMsg) =>
        (StoredEtag, CurrentEtag) = (storedEtag, currentEtag);

    /// <summary>The version that the storage has.</summary>
    public string? StoredEtag { get; }

    /// <summary>The version that the writer knows.</summary>
    public string? CurrentEtag { get; }

    public override string ToString() => $"{base.ToString()} (stored ETag: {StoredEtag}, the writer's: {CurrentEtag})";
}
