using OpenSora.Contracts.Cards;

namespace OpenSora.Cluster.Cards;

/// <summary>How a registration or a heartbeat was taken.</summary>
public enum Reception
{
    Taken,

    /// <summary>The card speaks another version of the protocol.</summary>
    OtherProtocol,

    /// <summary>Nothing is known of the card: it is to register (again).</summary>
    Unknown,

    /// <summary>Another process has registered under this name since: this one is to end.</summary>
    Replaced,
}

/// <summary>
/// Which cards there are, and which job has which. A card that says nothing for <see cref="ClusterOptions.Silence"/> is
/// gone; one that registers anew takes the place of an older one of its name. Thread-safe.
/// </summary>
public sealed class CardDirectory : IDisposable
{
    private readonly Lock _one = new();
    private readonly Dictionary<string, Card> _cards = [];
    private readonly HashSet<string> _replaced = [];
    private readonly ClusterOptions _options;
    private readonly TimeProvider _clock;
    private readonly ITimer _sweep;
    private readonly Signal _changed = new();
    private readonly CardRest _rest;
    private long _refusedTokens;

    public CardDirectory(ClusterOptions? options = null, TimeProvider? clock = null)
    {
        (_options, _clock) = (options ?? new(), clock ?? TimeProvider.System);
        _rest = new CardRest(_options, _clock, _changed.Set);
        TimeSpan period = _options.Silence / 8;
        _sweep = _clock.CreateTimer(_ => Sweep(), null, period, period);
    }

    /// <summary>Requests with a wrong token, or none.</summary>
    public long RefusedTokens => Interlocked.Read(ref _refusedTokens);

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

    /// <summary>Whether a card that said something lately can be given work.</summary>
    /// <param name="silence">How long ago at the most.</param>
    public bool AnyCanWork(TimeSpan silence)
    {
        lock (_one)
            return _cards.Values.Any(card => card.IsUsable && !IsResting(card) && _clock.GetElapsedTime(card.LastHeard) <= silence);
    }

    public Reception Register(CardRegistration registration)
    {
        if (registration.Protocol != CardProtocol.Version)
            return Reception.OtherProtocol;
        lock (_one)
        {
            if (_replaced.Contains(registration.Instance))
                return Reception.Replaced;
            if (_cards.TryGetValue(registration.Name, out Card? known))
            {
                known.LastHeard = _clock.GetTimestamp();
                if (known.Registration.Instance == registration.Instance)
                    return Reception.Taken;
                _replaced.Add(known.Registration.Instance);
                known.IsGone = true;
            }
            _cards[registration.Name] = new Card(registration) { LastHeard = _clock.GetTimestamp() };
            _changed.Set();
            return Reception.Taken;
        }
    }

    public Reception Hear(string name, CardHeartbeat heartbeat)
    {
        lock (_one)
        {
            if (_replaced.Contains(heartbeat.Instance))
                return Reception.Replaced;
            if (!_cards.TryGetValue(name, out Card? card))
                return Reception.Unknown;
            if (card.Registration.Instance != heartbeat.Instance)
                return Reception.Replaced;
            card.LastHeard = _clock.GetTimestamp();
            card.FreeMemoryBytes = heartbeat.FreeMemoryBytes;
            SetState(card, heartbeat.State);
            return Reception.Taken;
        }
    }

    /// <summary>A card goes. Without an instance, whichever has the name.</summary>
    public void Leave(string name, string? instance = null)
    {
        lock (_one)
            if (_cards.TryGetValue(name, out Card? card) && (instance is null || card.Registration.Instance == instance))
                Remove(card);
    }

    /// <summary>What a card said in the reply to a task, which is a sign of life too.</summary>
    public void See(Card card, CardState state)
    {
        lock (_one)
        {
            card.LastHeard = _clock.GetTimestamp();
            SetState(card, state);
        }
    }

    /// <summary>A card was seen to be dead, or to be of no use. If it is well, it registers again.</summary>
    public void Bury(Card card, string cause)
    {
        lock (_one)
        {
            card.BuriedFor = cause;
            Remove(card);
        }
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

    public void CountRefusedToken() => Interlocked.Increment(ref _refusedTokens);

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

    public void Dispose() => _sweep.Dispose();

    private void Sweep()
    {
        lock (_one)
            foreach (Card card in _cards.Values.Where(card => _clock.GetElapsedTime(card.LastHeard) > _options.Silence).ToArray())
                Remove(card);
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
