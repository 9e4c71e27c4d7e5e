using OpenSora.Contracts;

namespace OpenSora.Cluster.Cards;

/// <summary>
/// A card did not do its task, and another one may. Bad input and what cannot fit are no such fault: they are an
/// <see cref="InputException"/> or a <see cref="CannotFitException"/>, and fail the job.
/// </summary>
public abstract class CardFault(Card card, string cause) : CardException($"{card.Name}: {cause}")
{
    public Card Card { get; } = card;

    /// <summary>What was seen, in words.</summary>
    public string Cause { get; } = cause;
}

/// <summary>The connection to a card broke, or what came over it was damaged.</summary>
public sealed class CardLostException(Card card, string cause) : CardFault(card, cause);

/// <summary>A card said nothing for longer than a card may.</summary>
public sealed class CardSilentException(Card card, TimeSpan silence) : CardFault(card, $"said nothing for {silence.TotalSeconds:0.##} s");

/// <summary>A card has another task, or the task is of an epoch that is over.</summary>
public sealed class CardBusyException(Card card, string cause) : CardFault(card, cause);

/// <summary>A card takes no more tasks.</summary>
public sealed class CardLeavingException(Card card, string cause) : CardFault(card, cause);

/// <summary>A card told that its task failed.</summary>
/// <param name="rank">The rank at fault, when it was another one.</param>
public sealed class CardFailedException(Card card, string cause, int? rank) : CardFault(card, cause)
{
    public int? Rank { get; } = rank;
}

/// <summary>What a card answered cannot be.</summary>
public sealed class AnswerException(string message) : IOException(message);
