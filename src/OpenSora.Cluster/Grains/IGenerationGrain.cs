using Orleans.Concurrency;

namespace OpenSora.Cluster.Grains;

/// <summary>One video: its state, durable, and whoever makes it. The key is its id.</summary>
/// <remarks>
/// Each start has an epoch, raised by a write that only one of two activations can do. Whoever finds a later one in the store stops,
/// so that a stale activation neither changes the state nor ends a file.
/// </remarks>
[Alias("opensora.generation")]
public interface IGenerationGrain : IGrainWithStringKey
{
    /// <summary>As it is now; null when there is none.</summary>
    [Alias("get")]
    Task<VideoDocument?> Get();

    /// <summary>Makes it on so many cards of a kind, or goes on where it stood.</summary>
    /// <returns>False when it is over, or is made already.</returns>
    [Alias("start")]
    Task<bool> Start(int cards, string kind);

    /// <summary>From whoever makes it.</summary>
    [Alias("tell"), OneWay]
    Task Tell(GenerationProgress progress);

    /// <summary>From whoever makes it.</summary>
    [Alias("show"), OneWay]
    Task Show(GenerationPreview preview);

    /// <summary>Ends it if it is not over; returns when nobody works on it any more.</summary>
    /// <returns>As it was before, which may be over; null when there is none.</returns>
    [Alias("cancel")]
    Task<VideoDocument?> Cancel();

    /// <summary>Forgets it if it is over, files and all.</summary>
    /// <returns>As it was before; null when there is none, or it is not over.</returns>
    [Alias("remove")]
    Task<VideoDocument?> Remove();

    /// <summary>As it is now, then each change until it is over, or until another activation is to be asked; nothing when there is none.</summary>
    [Alias("watch")]
    IAsyncEnumerable<GenerationChange> Watch(CancellationToken cancel);
}
