using OpenSora.Contracts.Cards;

namespace OpenSora.Cluster.Cards;

/// <summary>
/// Which cards there are, and which job has which. One that comes anew takes the place of an older one of its name. Thread-safe.
/// </summary>
public sealed class CardDirectory
{
    private readonly Lock _one = new();
    private readonly Dictionary<string, Card> _cards = [];
    private readonly Signal _changed = new();
    private readonly CardRest _rest;

    public CardDirectory(ClusterOptions? options = null, TimeProvider? clock = null) =>
        _rest = new CardRest(options ?? new(), clock ?? TimeProvider.System, _changed.Set);

    /// <summary>Told of each card that was buried, on whichever thread did it.</summary>
    public event Action<Card>? Buried;

    /// <summary>Why no further card is to be expected; null while some may come.</summary>
    public Exception? NoMoreExpected { get; private set; }

    /// <summary>Ends at the next change of the cards or of who has them. Ask for it before looking, so that nothing is missed.</summary>
    public Task Changed => _changed.Next;

    /// <summary>The cards that are there now, in the order of their names.</summary>
    public IReadOnlyList<Card> Cards
    {
        get
        {
            lock (_one)
                return [.. _cards.Values.OrderBy(card => card.Name, StringComparer.Ordinal)];
        }
    }

    /// <summary>Whether a card can be given work.</summary>
    public bool AnyCanWork
    {
        get
        {
            lock (_one)
                return _cards.Values.Any(card => card.IsUsable && !IsResting(card));
        }
    }

    /// <summary>A card came.</summary>
    public void Welcome(CardDescription description)
    {
        lock (_one)
        {
            if (_cards.TryGetValue(description.Name, out Card? known))
            {
                if (known.Description.Instance == description.Instance)
                    return;
                known.IsGone = true;
            }
            _cards[description.Name] = new Card(description);
            _changed.Set();
        }
    }

    /// <summary>A card goes.</summary>
    public void Leave(string name, string instance)
    {
        lock (_one)
            if (_cards.TryGetValue(name, out Card? card) && card.Description.Instance == instance)
                Remove(card);
    }

    /// <summary>What a card said beside the replies to a task.</summary>
    public void See(Card card, CardState state, long? freeMemoryBytes = null)
    {
        lock (_one)
        {
            card.FreeMemoryBytes = freeMemoryBytes ?? card.FreeMemoryBytes;
            SetState(card, state);
        }
    }

    /// <summary>A card was seen to be dead, or to be of no use. If it is well, it comes again.</summary>
    public void Bury(Card card, string cause)
    {
        lock (_one)
        {
            card.BuriedFor = cause;
            Remove(card);
        }
        Buried?.Invoke(card);
    }

    /// <summary>A card ended a task well.</summary>
    public void Praise(Card card)
    {
        lock (_one)
            card.HasWorked = true;
        _rest.Succeeded(card.Name);
    }

    /// <summary>A card failed at a task. After some failures it rests: no job gets it for a while.</summary>
    /// <returns>Whether it rests from now on.</returns>
    public bool Blame(Card card) => _rest.Failed(card.Name);

    /// <summary>Whether a card rests.</summary>
    public bool IsResting(Card card) => _rest.IsResting(card.Name);

    /// <summary>No card will come any more: jobs that wait for one need not.</summary>
    public void ExpectNoMore(Exception why)
    {
        lock (_one)
        {
            NoMoreExpected ??= why;
            _changed.Set();
        }
    }

    /// <summary>Gives a free card to a job; null when there is none for which <paramref name="fits"/> holds.</summary>
    public Card? Lease(string job, Func<Card, bool> fits)
    {
        lock (_one)
        {
            Card? free = _cards.Values.Where(card => card.Holder is null && card.IsUsable && !_rest.IsResting(card.Name) && fits(card)).MinBy(card => card.Name, StringComparer.Ordinal);
            if (free is not null)
                free.Holder = job;
            return free;
        }
    }

    public void Release(Card card)
    {
        lock (_one)
        {
            card.Holder = null;
            _changed.Set();
        }
    }

    private void Remove(Card card)
    {
        card.IsGone = true;
        if (_cards.GetValueOrDefault(card.Name) == card)
            _cards.Remove(card.Name);
        _changed.Set();
    }

    private void SetState(Card card, CardState state)
    {
        bool leaves = state == CardState.Draining && card.State != CardState.Draining;
        card.State = state;
        if (leaves)
            _changed.Set();
    }
}
