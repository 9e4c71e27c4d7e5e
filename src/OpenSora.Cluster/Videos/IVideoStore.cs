using OpenSora.Contracts.Videos;

namespace OpenSora.Cluster.Videos;

/// <summary>The rows of generations. Thread-safe. Any method may say with a <see cref="StoreAwayException"/> that it cannot for now, or that its disk is full.</summary>
public interface IGenerationStore
{
    /// <summary>Null when there is none.</summary>
    Task<VideoRow?> Find(string id, CancellationToken cancel);

    /// <summary>Replaces a row.</summary>
    /// <returns>It with its new version.</returns>
    /// <exception cref="Orleans.Storage.InconsistentStateException">Somebody has written or removed it since it was read.</exception>
    Task<VideoRow> Write(VideoRow row, CancellationToken cancel);

    /// <summary>Removes a row; its place in lists stays known.</summary>
    /// <exception cref="Orleans.Storage.InconsistentStateException">As for <see cref="Write"/>.</exception>
    Task Remove(VideoRow row, CancellationToken cancel);

    /// <summary>All that are not over, oldest first.</summary>
    Task<IReadOnlyList<VideoRow>> Unfinished(CancellationToken cancel);
}

/// <summary>The videos of a service, durable: what a method has done is on disk when it returns. Thread-safe.</summary>
public interface IVideoStore : IGenerationStore
{
    /// <summary>Makes the tables, or brings older ones up to date.</summary>
    /// <exception cref="Contracts.InputException">The database cannot be reached, or is of a later version.</exception>
    Task Open(CancellationToken cancel);

    /// <summary>Says that the files of the videos are in a folder of this id, unless another one was named before.</summary>
    /// <returns>The id of the folder that was named first.</returns>
    Task<string> Claim(string folder, CancellationToken cancel);

    /// <summary>Adds a video, unless its owner used its key before.</summary>
    /// <returns>The row as it is now, and whether it is new.</returns>
    Task<(VideoRow Row, bool IsNew)> Add(VideoRow row, CancellationToken cancel);

    /// <summary>The video that an owner used a key for; null when there is none.</summary>
    Task<VideoRow?> FindKey(string owner, string key, CancellationToken cancel);

    /// <summary>Rows of an owner in the order in which they were added, or the other way round.</summary>
    /// <param name="after">Begin behind this one, which may have been removed; null begins at the beginning.</param>
    /// <param name="statuses">Only those stored so; empty for all.</param>
    /// <returns>Null when <paramref name="after"/> never was one of the owner's.</returns>
    Task<IReadOnlyList<VideoRow>?> List(string owner, string? after, int limit, bool newestFirst, IReadOnlyCollection<VideoStatus> statuses, CancellationToken cancel);

    /// <summary>Looks whether it answers.</summary>
    /// <exception cref="StoreAwayException">It does not.</exception>
    Task<bool> Answers(CancellationToken cancel);

    /// <summary>The ids of all videos.</summary>
    Task<IReadOnlySet<string>> Ids(CancellationToken cancel);
}
