using OpenSora.Contracts.Cards;

namespace OpenSora.Contracts.Videos;

/// <summary>
/// Videos that are asked for, made and kept: what the HTTP API shows. Nothing of one owner is seen by another. Thread-safe.
/// </summary>
public interface IVideoService
{
    /// <summary>Why no video can be worked on, as of the last second; null while one can.</summary>
    string? Trouble { get; }

    /// <summary>Takes an order. When this returns, it is on disk and survives a crash.</summary>
    /// <exception cref="InputException">It cannot be done as asked.</exception>
    /// <exception cref="CannotFitException">It cannot fit into any card that is there.</exception>
    /// <exception cref="KeyReusedException">The key was used for another request.</exception>
    /// <exception cref="QueueFullException">Too many wait already.</exception>
    /// <exception cref="Files.DiskFullException">There is no room for it.</exception>
    /// <remarks>A branch (<see cref="VideoOrder.BranchedFrom"/>) goes on from a step that another video of the owner keeps, on cards of the same kind.</remarks>
    Task<Video> Submit(VideoOrder order, CancellationToken cancel);

    /// <summary>A video of an owner; null when there is none.</summary>
    Task<Video?> Find(string owner, string id, CancellationToken cancel);

    /// <summary>Videos of an owner in the order of their making.</summary>
    /// <param name="after">Begin behind this one; null begins at the first, or, newest first, at the last. It may have been removed.</param>
    /// <param name="limit">1 to 100.</param>
    /// <param name="statuses">Only those that are so; empty for all.</param>
    Task<VideoPage> List(string owner, string? after, int limit, bool newestFirst, IReadOnlyCollection<VideoStatus> statuses, CancellationToken cancel);

    /// <summary>
    /// A video as it is now, then each change until it is over. A slow reader misses changes in between, never the last.
    /// Nothing when there is none.
    /// </summary>
    IAsyncEnumerable<VideoEvent> Watch(string owner, string id, CancellationToken cancel);

    /// <summary>
    /// All videos of an owner that are not over, as they are now; then each change of any of them, of new ones too. A slow reader misses
    /// changes in between, never the last. It does not end by itself.
    /// </summary>
    IAsyncEnumerable<OwnerEvent> WatchAll(string owner, CancellationToken cancel);

    /// <summary>Ends what is not over, within a step, and keeps what is known of it.</summary>
    /// <returns>The video after; null when there is none.</returns>
    Task<Video?> Cancel(string owner, string id, CancellationToken cancel);

    /// <summary>Gives the cards of a video back within a step; it lies as its last checkpoint, over restarts too, until it is resumed.</summary>
    /// <returns>The video after; null when there is none.</returns>
    Task<Video?> Pause(string owner, string id, CancellationToken cancel);

    /// <summary>Lets a video that was paused wait for its turn again.</summary>
    /// <returns>The video after; null when there is none.</returns>
    Task<Video?> Resume(string owner, string id, CancellationToken cancel);

    /// <summary>Removes a video, files included; one that is not over is cancelled first.</summary>
    /// <returns>The video before; null when there is none.</returns>
    Task<Video?> Delete(string owner, string id, CancellationToken cancel);

    /// <summary>A file of a completed video; null when there is none (yet).</summary>
    Task<string?> FindFile(string owner, string id, VideoFile which, CancellationToken cancel);

    /// <summary>The cards that are there, in the order of their names.</summary>
    Task<IReadOnlyList<CardStatus>> Cards(CancellationToken cancel);

    /// <summary>
    /// For maintenance: no video begins, and those that are being made give their cards back within a step and wait. It stays so, over restarts
    /// too, until it is taken back. Requests are taken meanwhile.
    /// </summary>
    /// <param name="on">Whether to drain it; false lets it work again.</param>
    /// <returns>How it is when no card works, or after some seconds.</returns>
    Task<ServiceStatus> Drain(bool on, CancellationToken cancel);

    /// <summary>What the service is at.</summary>
    Task<ServiceStatus> Status(CancellationToken cancel);
}

/// <summary>What a service is at.</summary>
/// <param name="Working">Videos that cards work on.</param>
/// <param name="Waiting">Videos that wait for their turn; those that were paused are not among them.</param>
public sealed record ServiceStatus(bool IsDrained, int Working, int Waiting);

/// <summary>A card that is there.</summary>
/// <param name="IsResting">It failed too often: no job gets it for a while.</param>
/// <param name="Job">The video that it works on; null when it has none.</param>
public sealed record CardStatus(
    string Name, string Device, string Kind, int Threads, CardState State, bool IsResting, string? Job, long MemoryBytes, long FreeMemoryBytes);
