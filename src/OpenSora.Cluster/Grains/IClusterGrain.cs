using Orleans.Concurrency;

namespace OpenSora.Cluster.Grains;

/// <summary>The queue of a service, and who gets which cards. There is one, of key <see cref="Key"/>.</summary>
/// <remarks>
/// Nothing rests on there being one: all that it knows is read from the store when it begins, and a video that two of them
/// start is made by the later epoch alone. What the grains of videos ask of it interleaves: it may be waiting for one of them.
/// </remarks>
[Alias("opensora.cluster")]
public interface IClusterGrain : IGrainWithStringKey
{
    const string Key = "cluster";

    /// <summary>Begins, if that is to be: goes on with what was not finished.</summary>
    [Alias("wake")]
    Task Wake();

    /// <summary>Whether another request of an owner may wait.</summary>
    /// <returns>Seconds after which to ask again; null when it may.</returns>
    [Alias("admit")]
    Task<double?> Admit(string owner);

    /// <summary>A request waits, which is in the store.</summary>
    [Alias("enqueue")]
    Task Enqueue(QueuedVideo video);

    /// <summary>A request waits no more, and works no more.</summary>
    /// <param name="cardSeconds">Seconds of cards that its work took; null when it was not completed.</param>
    [Alias("ended"), AlwaysInterleave]
    Task Ended(string id, double? cardSeconds);

    /// <summary>How many are before each of some that wait; -1 for those that do not.</summary>
    [Alias("positions"), AlwaysInterleave]
    Task<int[]> Positions(string[] ids);

    /// <summary>The cards that are there, in the order of their names.</summary>
    [Alias("cards")]
    Task<CardDocument[]> Cards();
}
