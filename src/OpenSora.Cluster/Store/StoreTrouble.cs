using OpenSora.Cluster.Videos;
using OpenSora.Contracts.Files;
using OpenSora.Contracts.Videos;

namespace OpenSora.Cluster.Store;

/// <summary>Why nothing can be kept for now.</summary>
/// <param name="Code">As in a <see cref="VideoError"/>: <see cref="DiskFull"/> or <see cref="Failure"/>.</param>
/// <param name="Message">For people: the thing, what is wrong, and the remedy.</param>
internal sealed record StoreTrouble(string Code, string Message)
{
    public const string DiskFull = "disk_full", Failure = "store_failure";

    /// <summary>What the system says of a disk that is away or takes no writes: EIO, EROFS, ETIMEDOUT, EHOSTDOWN, ESTALE.</summary>
    private static readonly int[] s_errors = [5, 30, 110, 112, 116];

    /// <summary>What a failure says of the store; null when it is of something else.</summary>
    public static StoreTrouble? Of(Exception failure) => failure switch
    {
        DiskFullException => new(DiskFull, failure.Message),
        _ when DiskFullException.Is(failure) => new(DiskFull, failure.Message),
        StoreAwayException or UnauthorizedAccessException => new(Failure, failure.Message),
        IOException when s_errors.Contains(failure.HResult) => new(Failure, failure.Message),
        JobNotKeptException { InnerException: { } why } => Of(why),
        _ => null,
    };
}
