using OpenSora.Cluster.Cards;

namespace OpenSora.Cluster.Crews;

/// <summary>A card that a job has. All that changes is changed by the <see cref="Crew"/> under its lock.</summary>
internal sealed class Member(Card card)
{
    public Card Card { get; } = card;

    public string Name => Card.Name;

    /// <summary>It has a task of this job.</summary>
    public bool IsBusy { get; set; }

    /// <summary>It has the networks that a step and a chunk need.</summary>
    public bool IsLoaded { get; set; }

    /// <summary>It has the text encoder, which one card of a job is enough for.</summary>
    public bool HasText { get; set; }

    /// <summary>It encodes texts only, and keeps the text encoder: it loads no other networks.</summary>
    public bool IsForTexts { get; set; }

    /// <summary>Failures since the last progress.</summary>
    public int Strikes { get; set; }

    public override string ToString() => Name;
}
