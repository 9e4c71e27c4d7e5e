using OpenSora.Planning.Simulation;
using OpenSora.Scheduling;

namespace OpenSora.Planning.Sharing;

/// <summary>How cards are given out.</summary>
/// <param name="Gang">Cards that each request asks for; 0 leaves it to the scheduler.</param>
/// <param name="Moves">Whether it is decided again after each step.</param>
/// <param name="InOrder">First come, first served, whatever is known of length and priority.</param>
internal sealed record SharingRule(string Name, int Gang, bool Moves, bool InOrder = false);

/// <summary>How one request went.</summary>
/// <param name="Began">Seconds after the beginning.</param>
internal sealed record Went(Asked Asked, double Began, double Done)
{
    public double Latency => Done - Asked.At;
}

/// <summary>How all went.</summary>
/// <param name="Changes">Gangs that were changed.</param>
/// <param name="MostCards">The most that were in use at a time.</param>
/// <param name="CardSeconds">Of each owner.</param>
internal sealed record SharingResult(IReadOnlyList<Went> All, int Changes, int Evictions, int MostCards, IReadOnlyDictionary<string, double> CardSeconds)
{
    public double Latency(double quantile) => All.Select(went => went.Latency).Order().ElementAt((int)(quantile * (All.Count - 1)));

    public double Mean => All.Average(went => went.Latency);

    public double PerHour => All.Count / (All.Max(went => went.Done) - All.Min(went => went.Asked.At)) * 3600;
}

/// <summary>
/// A service in simulated time, with the scheduler of the real one: a card that is given to a gang joins it after the step at hand, one that is
/// taken from it is free then, and a gang that changes loses the time of a change.
/// </summary>
internal sealed class SharingSimulation
{
    private const string Kind = "kind";
    private static readonly DateTimeOffset s_begin = DateTimeOffset.UnixEpoch;

    private readonly EventClock _clock = new();
    private readonly SharingRule _rule;
    private readonly double _changeSeconds;
    private readonly Scheduler _scheduler;
    private readonly OwnerShares _owners;
    private readonly Dictionary<string, int> _cards;
    private readonly Dictionary<string, WaitingVideo> _waiting = [];
    private readonly Dictionary<string, Working> _working = [];
    private readonly Dictionary<string, Working> _left = [];
    private readonly Dictionary<string, double> _spent = [];
    private readonly List<Went> _went = [];
    private IReadOnlyDictionary<string, TimeSpan> _debts = new Dictionary<string, TimeSpan>();
    private double _counted;
    private int _changes, _evictions, _most;

    private SharingSimulation(SharingRule rule, int cards, double changeSeconds, SchedulerOptions options)
    {
        (_rule, _changeSeconds, _cards) = (rule, changeSeconds, new() { [Kind] = cards });
        if (rule.InOrder)
            options = options with { MostForLength = TimeSpan.Zero, PriorityWorth = TimeSpan.Zero };
        (_scheduler, _owners) = (new Scheduler(options), new OwnerShares(options.OwnerWindow));
    }

    public static SharingResult Run(IReadOnlyList<Asked> asked, SharingRule rule, int cards, double changeSeconds, SchedulerOptions? options = null)
    {
        SharingSimulation simulation = new(rule, cards, changeSeconds, options ?? new SchedulerOptions { MostRunningOfOwner = int.MaxValue });
        for (int i = 0; i < asked.Count; i++)
            simulation.Ask(asked[i], i);
        simulation._clock.Run();
        return new SharingResult(simulation._went, simulation._changes, simulation._evictions, simulation._most, simulation._spent);
    }

    private DateTimeOffset Now => s_begin.AddSeconds(_clock.Now);

    private void Ask(Asked asked, int sequence) => _clock.At(asked.At, () =>
    {
        Working job = _left[asked.Id] = new Working(asked, sequence);
        Wait(job);
        Decide();
    });

    private void Wait(Working job) => _waiting[job.Asked.Id] = Video(job);

    /// <summary>As the scheduler sees it: asked for as much later as it has had cards.</summary>
    private WaitingVideo Video(Working job) => new(
        job.Asked.Id, job.Asked.Owner, job.Asked.Priority, s_begin.AddSeconds(job.Asked.At + job.Served), job.Sequence, _rule.Gang, job.Asked.Clip.MostUseful,
        TimeSpan.FromSeconds(job.Left * job.Asked.Guess), null)
    {
        Sensible = job.Asked.Clip.Sensible,
        Debt = _debts.GetValueOrDefault(job.Asked.Owner),
    };

    private void Decide()
    {
        Count();
        if (!_rule.InOrder)
            _debts = _owners.Debts([.. _left.Values.Select(job => job.Asked.Owner).Distinct()]);
        foreach (string id in _waiting.Keys.ToArray())
            Wait(_left[id]);
        RunningVideo[] running = Running();
        if (_rule.Moves)
            foreach (Move move in _scheduler.Share(Now, [.. _waiting.Values], running, _cards, TimeSpan.FromSeconds(_changeSeconds)))
                _working[move.Id].Most = move.Cards;
        foreach (Working job in _working.Values)
            job.Held = Math.Max(Math.Min(job.Held, job.Gang), Math.Min(job.Held, job.Most));
        // Those that work get what is free before others begin.
        foreach (Working job in _working.Values.OrderBy(job => job.Sequence))
            job.Held += Math.Clamp(job.Most - job.Held, 0, Free);
        foreach (Start start in _scheduler.Decide(Now, [.. _waiting.Values], Running(), _cards))
        {
            if (Free == 0)
                break; // those that are to come are not free yet
            _waiting.Remove(start.Id);
            Working job = _working[start.Id] = _left[start.Id];
            (job.Most, job.Held, job.Gang) = (start.Cards, Math.Min(start.Cards, Free), 0);
            job.Began ??= _clock.Now;
            Step(job);
        }
        _most = Math.Max(_most, _working.Values.Sum(job => Math.Max(job.Held, job.Gang)));
    }

    private int Free => _cards[Kind] - _working.Values.Sum(job => Math.Max(job.Held, job.Gang));

    private RunningVideo[] Running() => [.. _working.Values.Select(job => new RunningVideo(
        job.Asked.Id, job.Asked.Owner, job.Most, Kind, Now.AddSeconds(job.Left * job.Asked.Guess / Math.Max(1, job.Most))) { Video = _rule.Moves ? Video(job) : null })];

    private void Count()
    {
        double passed = _clock.Now - _counted;
        foreach (Working job in _working.Values)
        {
            job.Served += passed;
            _spent[job.Asked.Owner] = _spent.GetValueOrDefault(job.Asked.Owner) + (passed * job.Gang);
        }
        _owners.Spend(Now, _working.Values.Select(job => (job.Asked.Owner, job.Gang)));
        _counted = _clock.Now;
    }

    /// <summary>Between two steps, or two rounds of chunks: the gang is what was given, and goes on.</summary>
    private void Step(Working job)
    {
        job.Held = Math.Min(job.Held, job.Most);
        if (job.Held == 0)
        {
            Count();
            (job.Gang, _evictions) = (0, _evictions + 1);
            _working.Remove(job.Asked.Id);
            Wait(job);
            return;
        }
        double change = job.Gang == 0 || job.Gang == job.Held ? 0 : _changeSeconds;
        _changes += change > 0 ? 1 : 0;
        Count();
        job.Gang = job.Held;
        ClipKind clip = job.Asked.Clip;
        bool decodes = job.Steps == clip.Steps;
        double seconds = decodes ? clip.ChunkSeconds : clip.StepSeconds(Math.Min(job.Gang, clip.MostUseful));
        _clock.After(change + seconds, () =>
        {
            (job.Steps, job.Chunks) = decodes ? (job.Steps, job.Chunks + job.Gang) : (job.Steps + 1, job.Chunks);
            if (job.Chunks >= clip.Chunks && job.Steps == clip.Steps)
            {
                Count();
                _working.Remove(job.Asked.Id);
                _left.Remove(job.Asked.Id);
                _went.Add(new Went(job.Asked, job.Began!.Value, _clock.Now));
                Decide();
                return;
            }
            if (_rule.Moves)
                Decide();
            Step(job);
            if (_rule.Moves)
                Decide();
        });
    }

    /// <summary>A request from its asking to its end.</summary>
    private sealed class Working(Asked asked, int sequence)
    {
        public Asked Asked => asked;

        public int Sequence => sequence;

        public int Steps { get; set; }

        public int Chunks { get; set; }

        /// <summary>Cards that it may have, has, and has in the step at hand.</summary>
        public int Most { get; set; }

        public int Held { get; set; }

        public int Gang { get; set; }

        /// <summary>Seconds in which it had cards.</summary>
        public double Served { get; set; }

        public double? Began { get; set; }

        /// <summary>Seconds of one card.</summary>
        public double Left => ((asked.Clip.Steps - Steps) * asked.Clip.StepSeconds(1)) + (Math.Max(0, asked.Clip.Chunks - Chunks) * asked.Clip.ChunkSeconds);
    }
}
