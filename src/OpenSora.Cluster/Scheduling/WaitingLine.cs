using System.Diagnostics.CodeAnalysis;
using OpenSora.Cluster.Grains;
using OpenSora.Layout.Units;
using OpenSora.Scheduling;

namespace OpenSora.Cluster.Scheduling;

/// <summary>
/// Those that wait, and how long work takes, as far as was seen. All are measured with what is known now, whenever they came: requests for the same
/// thing stay in their order, whatever was learnt in between.
/// </summary>
internal sealed class WaitingLine
{
    /// <summary>Weight of the latest video in what a unit of work takes.</summary>
    private const double Latest = 0.2;

    private readonly Dictionary<string, WaitingVideo> _waiting = [];

    /// <summary>Of each that is not over, also of those that do not wait any more.</summary>
    private readonly Dictionary<string, QueuedVideo> _known = [];

    /// <summary>What was done of each that is not completed, also while it neither waits nor works.</summary>
    private readonly Dictionary<string, Progress> _progress = [];
    private readonly OwnerShares _owners;
    private DateTimeOffset _spent;
    private long _sequence;
    private double _secondsOfWork;

    public WaitingLine(SchedulerOptions? options = null) => _owners = new OwnerShares((options ?? new SchedulerOptions()).OwnerWindow);

    /// <summary>In which units the cards compute: how many cards of a clip have something to do. Default: those of a processor.</summary>
    public UnitSize Units { get; set; } = UnitSize.Processor;

    public int Count => _waiting.Count;

    /// <summary>Whether anything is known of how long work takes.</summary>
    public bool IsMeasured => _secondsOfWork > 0;

    public IReadOnlyCollection<WaitingVideo> All
    {
        get
        {
            IReadOnlyDictionary<string, TimeSpan> debts = _owners.Debts([.. _known.Values.Select(video => video.Owner).Distinct()]);
            return [.. _waiting.Values.Select(video => Measured(video) with { Debt = debts.GetValueOrDefault(video.Owner) })];
        }
    }

    /// <summary>The ids of all that were added and are not over.</summary>
    public IReadOnlyCollection<string> Known => [.. _known.Keys];

    public bool Contains(string id) => _waiting.ContainsKey(id);

    public void Add(QueuedVideo video)
    {
        Know(video);
        _waiting[video.Id] = Waits(video, _sequence++);
    }

    /// <summary>One that works, as it would wait: with what is left of it. Null where its cards are its own.</summary>
    public WaitingVideo? AsWaiting(string id) => _known.TryGetValue(id, out QueuedVideo? video) && !video.Begins
        ? Measured(Waits(video, 0)) with { Debt = _owners.Debts([.. _known.Values.Select(one => one.Owner).Distinct()]).GetValueOrDefault(video.Owner) } : null;

    private static WaitingVideo Waits(QueuedVideo video, long sequence) =>
        new(video.Id, video.Owner, video.Priority, video.Asked, sequence, video.Cards, video.MostUseful, TimeSpan.Zero, video.Kind);

    /// <summary>Time has passed in which some had cards.</summary>
    public void Spend(IReadOnlyCollection<(string Id, string Owner, int Cards)> working)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        TimeSpan passed = _spent == default ? TimeSpan.Zero : now - _spent;
        foreach ((string id, _, int cards) in working)
            if (cards > 0)
                Of(id).Worked(passed, cards);
        _owners.Spend(now, working.Select(one => (one.Owner, one.Cards)));
        _spent = now;
    }

    /// <param name="left">Of its work, 0 to 1.</param>
    public void Stepped(string id, double left)
    {
        if (_known.ContainsKey(id))
            Of(id).Left = left;
    }

    /// <summary>Forgets what was done of all but some.</summary>
    public void KeepOnly(IReadOnlySet<string> there)
    {
        foreach (string id in _progress.Keys.Where(id => !there.Contains(id)).ToArray())
            _progress.Remove(id);
    }

    private Progress Of(string id) => _progress.TryGetValue(id, out Progress? found) ? found : _progress[id] = new Progress();

    /// <summary>It works already.</summary>
    public void Know(QueuedVideo video) => _known[video.Id] = video;

    /// <summary>It could not begin: it stands where it stood.</summary>
    public void PutBack(WaitingVideo video) => _waiting[video.Id] = video;

    public bool Remove(string id, [NotNullWhen(true)] out WaitingVideo? video)
    {
        bool waited = _waiting.Remove(id, out WaitingVideo? found);
        video = found is null ? null : Measured(found);
        return waited;
    }

    /// <summary>Seconds of cards that were spent on it, as far as was seen.</summary>
    public double CardSecondsOf(string id) => _progress.GetValueOrDefault(id)?.CardSeconds ?? 0;

    /// <summary>It neither waits nor works.</summary>
    /// <param name="cardSeconds">Seconds of cards that it took; null where that says nothing: it may come back.</param>
    public void Over(string id, double? cardSeconds)
    {
        _waiting.Remove(id);
        if (!_known.Remove(id, out QueuedVideo? video) || cardSeconds is not { } seconds)
            return;
        _progress.Remove(id);
        if (video.Work > 0 && seconds > 0)
            _secondsOfWork = _secondsOfWork == 0 ? seconds / video.Work : ((1 - Latest) * _secondsOfWork) + (Latest * seconds / video.Work);
    }

    /// <summary>What is left of it takes on one card, as far as can be told; 0 where it cannot.</summary>
    public double SecondsOf(string id) => (_known.GetValueOrDefault(id)?.Work ?? 0) * _secondsOfWork * (_progress.GetValueOrDefault(id)?.Left ?? 1);

    /// <summary>Time in which it has had cards is no waiting.</summary>
    private WaitingVideo Measured(WaitingVideo video) => video with
    {
        Estimate = TimeSpan.FromSeconds(SecondsOf(video.Id)),
        Asked = (_known.GetValueOrDefault(video.Id)?.Asked ?? video.Asked) + (_progress.GetValueOrDefault(video.Id)?.Served ?? TimeSpan.Zero),
        Sensible = _known.GetValueOrDefault(video.Id) is { Tokens: > 0 and var tokens } ? (int)Math.Min(int.MaxValue, 2 * Math.Max(1, tokens / Units.RowsFor(tokens))) : int.MaxValue,
    };

    /// <summary>What was done of one.</summary>
    private sealed class Progress
    {
        /// <summary>In which it had cards.</summary>
        public TimeSpan Served { get; private set; }

        public double CardSeconds { get; private set; }

        /// <summary>Of its work, 0 to 1.</summary>
        public double Left { get; set; } = 1;

        public void Worked(TimeSpan passed, int cards) => (Served, CardSeconds) = (Served + passed, CardSeconds + (passed.TotalSeconds * cards));
    }
}
