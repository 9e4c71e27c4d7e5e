using OpenSora.Cluster.Cards;
using OpenSora.Cluster.Grains;

namespace OpenSora.Cluster.Leases;

/// <summary>A card that a job has.</summary>
internal sealed class Member(Card card)
{
    public Card Card { get; } = card;

    public string Name => Card.Name;

    /// <summary>By which it has the card.</summary>
    public Lease Lease => new(Card.Name, Card.Description.Instance);

    /// <summary>It has a task of this job.</summary>
    public bool IsBusy { get; set; }

    /// <summary>The queue wants it back: it gets no task of this job any more.</summary>
    public bool IsRecalled { get; set; }

    /// <summary>It can be given work, now or when it has done what it does.</summary>
    public bool IsUsable => Card.IsUsable && !IsRecalled;

    /// <summary>It has the networks that a step and a chunk need.</summary>
    public bool IsLoaded { get; set; }

    /// <summary>It has the text encoder, which one card of a job is enough for.</summary>
    public bool HasText { get; set; }

    /// <summary>It encodes texts only, and keeps the text encoder: it loads no other networks.</summary>
    public bool IsForTexts { get; set; }

    /// <summary>Failures since the last progress.</summary>
    public int Strikes { get; set; }

    /// <summary>Tasks and steps done well that the queue was not told of yet.</summary>
    public int Successes { get; set; }

    public override string ToString() => Name;
}
