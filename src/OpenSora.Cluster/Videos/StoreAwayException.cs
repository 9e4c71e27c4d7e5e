namespace OpenSora.Cluster.Videos;

/// <summary>What the videos of a service are kept in does not answer, or takes nothing, for now: asking again later may do.</summary>
public sealed class StoreAwayException : Exception
{
    public StoreAwayException(string message) : base(message) { }
    public StoreAwayException(string message, Exception inner) : base(message, inner) { }
}
