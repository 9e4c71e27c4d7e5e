using OpenSora.Contracts.Cards;

namespace OpenSora.Cluster.Cards;

/// <summary>The cards that the membership of the cluster shows, as this silo knows them. A card that starts anew takes the place of the older one of its name. Thread-safe.</summary>
public sealed class ClusterCards
{
    private readonly Lock _one = new();
    private readonly Dictionary<string, Card> _cards = [];
    private readonly Signal _changed = new();

    /// <summary>Told of each card that was buried, on whichever thread did it.</summary>
    public event Action<Card>? Buried;

    /// <summary>Why no further card is to be expected; null while some may come.</summary>
    public Exception? NoMoreExpected { get; private set; }

    /// <summary>Ends at the next change. Ask for it before looking, so that nothing is missed.</summary>
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

    /// <summary>Waits for a start of a card, of which another silo knows already.</summary>
    /// <returns>Null when it does not come.</returns>
    public async Task<Card?> Find(string instance, TimeSpan patience)
    {
        Task late = Task.Delay(patience);
        while (true)
        {
            Task changed = Changed;
            if (Cards.FirstOrDefault(card => card.Description.Instance == instance) is { } found)
                return found;
            if (await Task.WhenAny(changed, late) == late)
                return null;
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

    /// <summary>A card said how it is.</summary>
    public void See(Card card, CardState state, long? freeMemoryBytes = null)
    {
        lock (_one)
        {
            card.FreeMemoryBytes = freeMemoryBytes ?? card.FreeMemoryBytes;
            bool leaves = state == CardState.Draining && card.State != CardState.Draining;
            card.State = state;
            if (leaves)
                _changed.Set();
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

    /// <summary>No card will come any more: jobs that wait for one need not.</summary>
    public void ExpectNoMore(Exception why)
    {
        lock (_one)
        {
            NoMoreExpected ??= why;
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
}
