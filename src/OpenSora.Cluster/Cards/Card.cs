using OpenSora.Contracts.Cards;

namespace OpenSora.Cluster.Cards;

/// <summary>One start of a card. A card that starts again is another one of the same name.</summary>
/// <remarks>All that changes is as this silo knows it, and is changed by the <see cref="ClusterCards"/> or the job that has the card.</remarks>
public sealed class Card(CardDescription description)
{
    public CardDescription Description { get; } = description;

    public string Name => Description.Name;

    public string Kind => Description.Kind;

    /// <summary>As of the last sign of life.</summary>
    public CardState State { get; internal set; } = CardState.Idle;

    /// <summary>It left, was seen to be dead, or started again.</summary>
    public bool IsGone { get; internal set; }

    /// <summary>Why a job found it dead or of no use; null for one that is only gone.</summary>
    public string? BuriedFor { get; internal set; }

    /// <summary>It can be given work.</summary>
    public bool IsUsable => !IsGone && State != CardState.Draining;

    /// <summary>Of its device, as of the last sign of life; all of it before the first.</summary>
    public long FreeMemoryBytes { get; internal set; } = description.MemoryBytes;

    /// <summary>Whether it ever ended a task well for a job of this silo: a card that did is worth starting again.</summary>
    public bool HasWorked { get; internal set; }

    public override string ToString() => Name;
}
