using OpenSora.Contracts.Cards;

namespace OpenSora.Contracts.Videos;

/// <summary>
/// Videos that are asked for, made and kept: what the HTTP API shows. Nothing of one owner is seen by another. Thread-safe.
/// </summary>
public interface IVideoService
{
    /// <summary>Whether some card can work, as of the last second.</summary>
    bool CanWork { get; }

    /// <summary>Takes an order. When this returns, it is on disk and survives a crash.</summary>
    /// <exception cref="InputException">It cannot be done as asked.</exception>
    /// <exception cref="CannotFitException">It cannot fit into any card that is there.</exception>
    /// <exception cref="KeyReusedException">The key was used for another request.</exception>
    /// <exception cref="QueueFullException">Too many wait already.</exception>
    Task<Video> Submit(VideoOrder order, CancellationToken cancel);

    /// <summary>A video of an owner; null when there is none.</summary>
    Task<Video?> Find(string owner, string id, CancellationToken cancel);

    /// <summary>Videos of an owner in the order of their making.</summary>
    /// <param name="after">Begin behind this one; null begins at the first, or, newest first, at the last.</param>
    /// <param name="limit">1 to 100.</param>
    Task<VideoPage> List(string owner, string? after, int limit, bool newestFirst, CancellationToken cancel);

    /// <summary>
    /// A video as it is now, then each change until it is over. A slow reader misses changes in between, never the last.
    /// Nothing when there is none.
    /// </summary>
    IAsyncEnumerable<VideoEvent> Watch(string owner, string id, CancellationToken cancel);

    /// <summary>Cancels what is not over, within a step; removes what is, files included.</summary>
    /// <returns>The video before; null when there is none.</returns>
    Task<Video?> Delete(string owner, string id, CancellationToken cancel);

    /// <summary>The file of a completed video, or its first frame as PNG; null when there is none (yet).</summary>
    /// <param name="thumbnail">The first frame.</param>
    Task<string?> FindFile(string owner, string id, bool thumbnail, CancellationToken cancel);

    /// <summary>The cards that are there, in the order of their names.</summary>
    Task<IReadOnlyList<CardStatus>> Cards(CancellationToken cancel);
}

/// <summary>A card that is there.</summary>
/// <param name="IsResting">It failed too often: no job gets it for a while.</param>
/// <param name="Job">The video that it works on; null when it has none.</param>
public sealed record CardStatus(
    string Name, string Device, string Kind, int Threads, CardState State, bool IsResting, string? Job, long MemoryBytes, long FreeMemoryBytes);
