
using Orleans.Concurrency;

namespace OpenSora.Cluster.Grains;

/// <summary>One generation: its state, durable, and its orchestrator. The key is the id of its video.</summary>
/// <remarks>
/// Each start has an epoch, raised by a write that only one of two activations can do. An activation that finds a later epoch in the store
/// stops, so that a stale one neither changes the state nor ends a file. Events are on its <see cref="GenerationStream"/>.
/// </remarks>
[Alias("opensora.generation")]
public interface IGenerationGrain : IGrainWithStringKey
{
    /// <summary>The video as it is now; null when there is none.</summary>
    [Alias("get")]
    Task<VideoDocument?> Get();

    /// <summary>The latest preview; null while there is none.</summary>
    [Alias("latest")]
    Task<Preview?> Latest();

    /// <summary>Makes it, or goes on where it stood.</summary>
    /// <returns>The cards it has then, which are others where it was being made already; null when it is over.</returns>
    [Alias("start")]
    Task<Holding?> Start(GenerationStart start);

    /// <summary>The cards that it has; null while it is not being made.</summary>
    [Alias("holds")]
    Task<Holding?> Holds();

    /// <summary>Says how many cards it has from its next step on: it gives back what is more.</summary>
    /// <param name="more">Further ones that it has now.</param>
    /// <returns>False when it is not being made any more.</returns>
    [Alias("hold")]
    Task<bool> Hold(int most, Lease[] more);

    /// <summary>Ends it if it is not over; returns when no card works on it any more.</summary>
    /// <returns>The video as it was before, which may be over; null when there is none.</returns>
    [Alias("cancel")]
    Task<VideoDocument?> Cancel();

    /// <summary>Stops its making and says so in its row, until it is resumed; returns when no card works on it any more.</summary>
    /// <returns>The video after; null when there is none.</returns>
    [Alias("pause")]
    Task<VideoDocument?> Pause();

    /// <summary>Lets it wait for its turn again, if it was paused.</summary>
    /// <returns>The video after; null when there is none.</returns>
    [Alias("resume")]
    Task<VideoDocument?> Resume();

    /// <summary>Stops its making, if there is any: it waits again.</summary>
    [Alias("yield"), OneWay]
    Task Yield();

    /// <summary>Stops its making, or waits for the end of one that is over, and forgets it. What is kept of its job stays. Returns when no card works on it any more.</summary>
    [Alias("leave")]
    Task Leave();

    /// <summary>Forgets it if it is over.</summary>
    /// <returns>The video as it was before; null when there is none, or it is not over.</returns>
    [Alias("remove")]
    Task<VideoDocument?> Remove();
}
