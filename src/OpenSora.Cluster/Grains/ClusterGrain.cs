using Microsoft.Extensions.Logging;
using OpenSora.Cluster.Cards;
using OpenSora.Cluster.Scheduling;
using OpenSora.Scheduling;
using OpenSora.Cluster.Store;
using OpenSora.Cluster.Videos;
using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Videos;

namespace OpenSora.Cluster.Grains;

/// <inheritdoc cref="IClusterGrain"/>
[OnCoordinators, KeepAlive]
internal sealed partial class ClusterGrain(
    IGenerationStore store, ClusterCards directory, CardTaskClient client, JobStore jobs, StoreState watch, IClusterMembershipService membership, VideoServiceOptions options, ClusterOptions cluster, ILogger<ClusterGrain> log)
    : Grain, IClusterGrain
{
    /// <summary>The most successes of a card that are told to its breaker at once.</summary>
    private const int MostSuccesses = 100;

    /// <summary>How long a generation may take to answer; its silo may hang.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Scheduler _scheduler = new(options.Scheduling);
    private readonly WaitingLine _waiting = new(options.Scheduling);
    private readonly Dictionary<string, Running> _running = [];

    /// <summary>Of each instance of a card that is leased, the generation that has it.</summary>
    private readonly Dictionary<string, string> _leases = [];
    private readonly Signal _changed = new();
    private readonly CancellationTokenSource _over = new();
    private CardCircuitBreaker _breaker = null!;
    private (int Waiting, int Working, double Seconds) _measured;
    private IReadOnlyList<CardStatus> _cards = [];

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _breaker = new CardCircuitBreaker(cluster, TimeProvider.System, _changed.Set);
        await Look(cancellationToken);
        Instruments.Observe(() => _measured, () => _cards);
        this.RegisterGrainTimer(_ => Decide(), new GrainTimerCreationOptions { DueTime = options.Tick, Period = options.Tick, KeepAlive = true });
        this.RegisterGrainTimer(Look, new GrainTimerCreationOptions { DueTime = options.Look, Period = options.Look, KeepAlive = true });
        _ = Follow(this.AsReference<IClusterGrain>());
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _over.Cancel();
        Instruments.Observe(() => default, () => []);
        return Task.CompletedTask;
    }

    public async Task<bool> Wake()
    {
        await Decide();
        return Usable().Any();
    }

    public Task<double?> Admit(string owner)
    {
        bool full = _waiting.Count >= options.Scheduling.MostWaiting || _waiting.All.Count(video => video.Owner == owner) >= options.Scheduling.MostWaitingOfOwner;
        double next = _waiting.All.Select(video => video.Estimate.TotalSeconds).DefaultIfEmpty(0).Average();
        return Task.FromResult<double?>(full ? Math.Clamp(Math.Round(next), 5, 300) : null);
    }

    public Task Enqueue(QueuedVideo video)
    {
        if (IsKnown(video.Id))
            return Task.CompletedTask;
        _waiting.Add(video);
        return video.Begins ? Begin(video.Id, video.Cards, video.Kind) : Decide();
    }

    public Task Ended(string id, bool isDone)
    {
        Spend();
        _waiting.Over(id, isDone ? _waiting.CardSecondsOf(id) : null);
        LetGo(id);
        _changed.Set();
        return Task.CompletedTask;
    }

    public Task Return(string id, Lease card, bool isOut, int successes)
    {
        Spend();
        Succeeded(card, successes);
        if (isOut && _running.TryGetValue(id, out Running? job))
        {
            job.Out.Add(card.Instance);
            _ = Ask(card.Instance);
        }
        if (_leases.GetValueOrDefault(card.Instance) == id)
            _leases.Remove(card.Instance);
        _changed.Set();
        return Task.CompletedTask;
    }

    public Task<bool> Failed(Lease card, int successes)
    {
        Succeeded(card, successes);
        return Task.FromResult(_breaker.Failed(card.Card));
    }

    public Task<QueuePlace?[]> Places(string[] ids)
    {
        Dictionary<string, QueuePlace> places = [];
        HashSet<string> kinds = [.. Usable().Select(card => card.Kind)];
        double cards = Math.Max(1, Usable().Count());
        double ahead = _running.Keys.Sum(_waiting.SecondsOf);
        foreach (WaitingVideo video in _scheduler.InOrder(_waiting.All))
        {
            ahead += video.Estimate.TotalSeconds;
            VideoWait wait = _isDrained ? VideoWait.Service : watch.Trouble is not null ? VideoWait.Store : kinds.Count == 0 || (video.Kind is { } own && !kinds.Contains(own)) ? VideoWait.Card : VideoWait.Turn;
            places[video.Id] = new QueuePlace(places.Count, _waiting.IsMeasured ? Math.Round(ahead / cards, 1) : null, wait);
        }
        return Task.FromResult<QueuePlace?[]>([.. ids.Select(places.GetValueOrDefault)]);
    }

    public async Task<CardDocument[]> Cards()
    {
        await AskAll();
        Measure();
        return [.. _cards.Select(CardDocument.Of)];
    }

    /// <summary>Decides again at each change of the cards: as a call, so that it is one turn after the other.</summary>
    private async Task Follow(IClusterGrain self)
    {
        while (!_over.IsCancellationRequested)
        {
            Task changed = Task.WhenAny(directory.Changed, _changed.Next);
            try
            {
                await self.Wake();
                await changed.WaitAsync(_over.Token);
            }
            catch (Exception) when (!_over.IsCancellationRequested)
            {
                await Task.Delay(options.Tick); // a tick decides, too
            }
            catch (Exception)
            {
            }
        }
    }

    /// <summary>The store is right: takes in what is unfinished there, and forgets what is not. Generations tell what they have.</summary>
    private async Task Look(CancellationToken cancel)
    {
        await AskAll();
        Measure();
        if (watch.Trouble is not null)
            return; // nothing is begun until it is well, and then this looks again
        _isDrained = await Task.Run(() => File.Exists(DrainMark), cancel);
        IReadOnlyList<VideoRow> unfinished = await store.Unfinished(cancel);
        (VideoRow Row, bool Answers, Holding? Held)[] begun = await Task.WhenAll(unfinished.Where(row => row.Video.Status == VideoStatus.InProgress).Select(Held));
        foreach ((VideoRow row, bool answers, Holding? held) in begun)
            if (held is not null)
                Know(row, held);
            else if (answers)
                LetGo(row.Video.Id); // nobody makes it: it waits again
        foreach (VideoRow row in unfinished)
            if (!IsKnown(row.Video.Id) && row is { IsPrivate: false, Video.IsPaused: false })
                _waiting.Add(QueuedVideos.Of(row) with { Kind = await Task.Run(() => jobs.KindOf(row.Job), cancel) });
        HashSet<string> there = [.. unfinished.Select(row => row.Video.Id)];
        _waiting.KeepOnly(there);
        foreach (string id in _waiting.Known.Where(id => !there.Contains(id)))
            await Ended(id, false);
        Measure();
    }

    private async Task<(VideoRow Row, bool Answers, Holding? Held)> Held(VideoRow row)
    {
        try
        {
            return (row, true, await Generation(row.Video.Id).Holds().WaitAsync(Patience));
        }
        catch (Exception away) when (away is OrleansException or TimeoutException)
        {
            return (row, false, null);
        }
    }

    /// <summary>A generation is being made with these cards, whoever began it.</summary>
    private void Know(VideoRow row, Holding held)
    {
        string id = row.Video.Id;
        if (!_running.TryGetValue(id, out Running? job))
        {
            QueuedVideo video = QueuedVideos.Of(row);
            _waiting.Remove(id, out _);
            _waiting.Know(video);
            _running[id] = job = new Running(video.Owner, held.Cards);
        }
        (job.Silo, job.Kind) = (held.Silo, held.Kind ?? job.Kind);
        if (job.Cards == 0)
            job.Cards = held.Cards; // it was told to wait, and did not hear it
        foreach (string instance in _leases.Where(lease => lease.Value == id).Select(lease => lease.Key).ToArray())
            _leases.Remove(instance);
        foreach (Lease lease in held.Leases)
            _leases[lease.Instance] = id;
    }

    private bool IsKnown(string id) => _waiting.Contains(id) || _running.ContainsKey(id);

    private async Task Decide()
    {
        Spend();
        Measure();
        await TakeBack();
        if (_isDrained)
        {
            foreach (string id in _running.Keys)
                await Generation(id).Yield();
            return;
        }
        Dictionary<string, int> cards = Usable().CountBy(card => card.Kind).ToDictionary();
        if (watch.Trouble is null)
            MoveCards(cards);
        await Balance();
        if (_waiting.Count == 0 || watch.Trouble is not null)
            return;
        foreach (Start start in _scheduler.Decide(DateTimeOffset.UtcNow, _waiting.All, Working(), cards))
            if (Usable().Any(card => card.Kind == start.Kind && !_leases.ContainsKey(card.Description.Instance)))
                await Begin(start.Id, start.Cards, start.Kind); // else the cards that others give back are not here yet
        Measure();
    }

    /// <summary>What was made on a silo that is lost waits again; so do leases of cards that are gone.</summary>
    private async Task TakeBack()
    {
        HashSet<string> there = [.. directory.Cards.Select(card => card.Description.Instance)];
        foreach (string gone in _leases.Keys.Where(instance => !there.Contains(instance)).ToArray())
            _leases.Remove(gone);
        ClusterMembershipSnapshot now = membership.CurrentSnapshot;
        foreach ((string id, Running job) in _running.Where(job => job.Value.Silo is { } silo && now.GetSiloStatus(silo) != SiloStatus.Active).ToArray())
        {
            VideoRow? row = await store.Find(id, CancellationToken.None);
            LetGo(id);
            if (row is { Video: { IsOver: false, IsPaused: false }, IsPrivate: false })
                _waiting.Add(QueuedVideos.Of(row) with { Kind = await Task.Run(() => jobs.KindOf(row.Job)) });
        }
    }

    /// <summary>Begins a generation that waits.</summary>
    private async Task Begin(string id, int cards, string? kind)
    {
        if (!_waiting.Remove(id, out WaitingVideo? video))
            return; // it ended meanwhile
        Running job = _running[id] = new Running(video.Owner, cards) { Kind = kind };
        Lease[] leases = LeaseFree(id, job);
        try
        {
            Holding? held = await Generation(id).Start(new GenerationStart(cards, kind, leases)).WaitAsync(Patience);
            if (held is null or { Cards: 0 })
                LetGo(id);
            else
                job.Silo = held.Silo;
        }
        catch (Exception failure)
        {
            // The database may be away for a moment, or another silo was faster: the next look tells.
            NotBegun(log, id, failure);
            LetGo(id);
            _waiting.PutBack(video);
        }
    }

    private Lease[] LeaseFree(string id, Running job)
    {
        int missing = job.Cards - _leases.Count(lease => lease.Value == id);
        if (missing <= 0)
            return [];
        Card[] free = [.. Usable().Where(card => !_leases.ContainsKey(card.Description.Instance) && !job.Out.Contains(card.Description.Instance))];
        if (free.Length == 0)
            return [];
        job.Kind ??= free[0].Kind;
        Lease[] leases = [.. free.Where(card => card.Kind == job.Kind).Take(missing).Select(card => new Lease(card.Name, card.Description.Instance))];
        foreach (Lease lease in leases)
            _leases[lease.Instance] = id;
        return leases;
    }

    private IEnumerable<Card> Usable() => directory.Cards.Where(card => card.IsUsable && !_breaker.IsResting(card.Name));

    private void TakeBack(string id, Lease[] leases)
    {
        foreach (Lease lease in leases)
            if (_leases.GetValueOrDefault(lease.Instance) == id)
                _leases.Remove(lease.Instance);
    }

    /// <summary>A generation is not made any more: its cards are free.</summary>
    private void LetGo(string id)
    {
        _running.Remove(id);
        foreach (string instance in _leases.Where(lease => lease.Value == id).Select(lease => lease.Key).ToArray())
            _leases.Remove(instance);
    }

    private void Succeeded(Lease card, int successes)
    {
        for (int i = 0; i < Math.Min(successes, MostSuccesses); i++)
            _breaker.Succeeded(card.Card);
    }

    private static async Task<bool> Answers(Func<Task<bool>> ask)
    {
        try
        {
            return await ask().WaitAsync(Patience);
        }
        catch (Exception away) when (away is OrleansException or TimeoutException)
        {
            return false;
        }
    }

    private Task AskAll() => Task.WhenAll(directory.Cards.Select(card => Ask(card.Description.Instance)));

    /// <summary>Asks a card how it is. One that does not answer is the membership's to judge.</summary>
    private async Task Ask(string instance)
    {
        if (directory.Cards.FirstOrDefault(card => card.Description.Instance == instance) is { } card && await client.Probe(card, _over.Token) is { } health)
            directory.See(card, health.State, health.FreeMemoryBytes);
    }

    private void Measure()
    {
        _measured = (_waiting.Count, _running.Count, _waiting.All.Sum(video => video.Estimate > TimeSpan.Zero ? video.Estimate.TotalSeconds : options.GuessedWork.TotalSeconds));
        _cards = [.. directory.Cards.Select(card =>
        {
            string? video = _leases.GetValueOrDefault(card.Description.Instance);
            CardState state = card.State == CardState.Draining ? CardState.Draining : video is null ? CardState.Idle : CardState.Busy;
            return new CardStatus(
                card.Name, card.Description.Device, card.Kind, card.Description.Threads, state, _breaker.IsResting(card.Name), video, card.Description.MemoryBytes, card.FreeMemoryBytes);
        })];
    }

    private IGenerationGrain Generation(string id) => GrainFactory.GetGrain<IGenerationGrain>(id);

    [LoggerMessage(LogLevel.Warning, "{Video} could not be begun; it waits again")]
    private static partial void NotBegun(ILogger log, string video, Exception failure);

    /// <summary>A generation that is being made.</summary>
    /// <param name="owner">Whose it is.</param>
    /// <param name="cards">The most cards that it gets.</param>
    private sealed class Running(string owner, int cards)
    {
        public string Owner { get; } = owner;

        /// <summary>0: it was told to wait again.</summary>
        public int Cards { get; set; } = cards;

        /// <summary>Null before the first card.</summary>
        public string? Kind { get; set; }

        /// <summary>Where it is made; null before that is known.</summary>
        public SiloAddress? Silo { get; set; }

        /// <summary>Instances of cards that it must not get again.</summary>
        public HashSet<string> Out { get; } = [];
    }
}
