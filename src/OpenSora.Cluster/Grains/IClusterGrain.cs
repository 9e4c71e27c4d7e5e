using Orleans.Concurrency;

namespace OpenSora.Cluster.Grains;

/// <summary>The queue of a cluster, and the leases of its cards. There is one, of key <see cref="Key"/>.</summary>
/// <remarks>
/// Nothing rests on there being one: it reads the store and asks the generations when it begins, a card does one task at a time, and a
/// video that two of them start is made by the later epoch alone. Calls of generations interleave: it may be waiting for one of them.
/// </remarks>
[Alias("opensora.cluster")]
public interface IClusterGrain : IGrainWithStringKey
{
    const string Key = "cluster";

    /// <summary>Looks at the cards and decides again.</summary>
    /// <returns>Whether there is a card that can work: it neither leaves nor rests.</returns>
    [Alias("wake")]
    Task<bool> Wake();

    /// <summary>Whether another request of an owner may wait.</summary>
    /// <returns>Seconds after which to ask again; null when it may.</returns>
    [Alias("admit")]
    Task<double?> Admit(string owner);

    /// <summary>A request waits, which is in the store.</summary>
    [Alias("enqueue")]
    Task Enqueue(QueuedVideo video);

    /// <summary>A request neither waits nor works any more.</summary>
    /// <param name="isDone">It was completed: what it took tells how long work takes.</param>
    [Alias("ended"), AlwaysInterleave]
    Task Ended(string id, bool isDone);

    /// <summary>A generation has done a step: it is decided again who has which cards.</summary>
    /// <param name="left">Of its work, 0 to 1.</param>
    /// <param name="change">What a change of a gang takes there.</param>
    [Alias("stepped"), OneWay, AlwaysInterleave]
    Task Stepped(string id, double left, TimeSpan change);

    /// <summary>A generation has no use for a card any more.</summary>
    /// <param name="isOut">It must not get that card again.</param>
    /// <param name="successes">Tasks and steps that the card did well since that was last told.</param>
    [Alias("return"), AlwaysInterleave]
    Task Return(string id, Lease card, bool isOut, int successes);

    /// <summary>A card failed. After some failures it rests: nobody gets it for a while.</summary>
    /// <param name="successes">As in <see cref="Return"/>.</param>
    /// <returns>Whether it rests from now on.</returns>
    [Alias("failed"), AlwaysInterleave]
    Task<bool> Failed(Lease card, int successes);

    /// <summary>Begins nothing any more and lets what is being made wait, or begins again; known to all that share the store, over restarts too.</summary>
    [Alias("drain")]
    Task Drain(bool on);

    /// <summary>What the service is at.</summary>
    [Alias("state"), AlwaysInterleave]
    Task<ClusterState> State();

    /// <summary>Where each of some that wait stands; null for those that do not.</summary>
    [Alias("places"), AlwaysInterleave]
    Task<QueuePlace?[]> Places(string[] ids);

    /// <summary>The cards that are there, in the order of their names.</summary>
    [Alias("cards"), AlwaysInterleave]
    Task<CardDocument[]> Cards();
}
