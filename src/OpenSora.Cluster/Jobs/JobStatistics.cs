using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Generation;

namespace OpenSora.Cluster.Jobs;

/// <summary>What the cards of a job did, for its report.</summary>
internal sealed class JobStatistics
{
    private readonly SortedDictionary<string, Worker> _workers = new(StringComparer.Ordinal);
    private readonly List<CardLoss> _losses = [];
    private double _bound;
    private long _peakBeforeDecode;
    private int _checked, _differences;

    private ReusedWork _reused = new(0, 0, 0, 0);

    /// <summary>Units that all cards took through a block, counted in each block.</summary>
    public long Units => _workers.Values.Sum(worker => worker.Work.Units);

    public int RecomputedSteps { get; private set; }

    public int RetriedChunks { get; private set; }

    public void DidStep(string card, WorkCounts counts)
    {
        Of(card).Work += counts;
        Instruments.BytesSwitched.Add(counts.BytesSent);
    }

    public void DidChunk(string card) => Of(card).Chunks++;

    /// <summary>What undisturbed steps had to send.</summary>
    public void HadToSend(double bytes) => _bound += bytes;

    public void Recomputed(int steps)
    {
        RecomputedSteps += steps;
        Instruments.StepsRecomputed.Add(steps);
    }

    /// <summary>Steps were computed a second time, and were equal.</summary>
    public void Checked(int steps) => _checked += steps;

    /// <summary>They were not.</summary>
    public void Differed()
    {
        _differences++;
        Instruments.StepsDiffered.Add(1);
    }

    /// <summary>What an earlier job did was not done again.</summary>
    public void Reused(int texts = 0, int starts = 0, int steps = 0, long units = 0)
    {
        _reused = new ReusedWork(_reused.Texts + texts, _reused.Starts + starts, _reused.Steps + steps, _reused.Units + units);
        Instruments.TextsReused.Add(texts);
        Instruments.StepsReused.Add(steps);
        Instruments.UnitsReused.Add(units);
    }

    public void RetriedChunk()
    {
        RetriedChunks++;
        Instruments.ChunksRetried.Add(1);
    }

    public void Lost(string card, string stage, int step, string cause)
    {
        _losses.Add(new CardLoss(card, stage, step, cause));
        Instruments.CardsLost.Add(1);
    }

    public void SawMemory(string card, long peakBytes) => Of(card).PeakMemoryBytes = Math.Max(Of(card).PeakMemoryBytes, peakBytes);

    /// <summary>The first denoise is over, and no frame was decoded.</summary>
    public void BeginsToDecode()
    {
        if (_peakBeforeDecode == 0)
            _peakBeforeDecode = Peak;
    }

    /// <summary>The report of all this; what is not counted here is the caller's.</summary>
    /// <param name="devices">The device of each card that there was.</param>
    public GenerationReport Fill(GenerationReport report, IReadOnlyDictionary<string, string> devices)
    {
        CardUse[] uses = [.. _workers.Select(pair => pair.Value.Use(pair.Key, devices.GetValueOrDefault(pair.Key, "")))];
        return report with
        {
            Cache = report.Cache is { } cache
                ? cache with { Evaluated = _workers.Values.Sum(worker => worker.Work.PartsEvaluated), Taken = _workers.Values.Sum(worker => worker.Work.PartsTaken) }
                : null,
            Reused = report.Reused is null ? null : _reused,
            SelfCheck = report.SelfCheck is { } check ? check with { Steps = _checked, Differences = _differences } : null,
            BytesSent = new BytesSent([.. uses.Select(use => use.BytesSent)], uses.Sum(use => use.BytesSent), _bound),
            TokensComputed = uses.Sum(use => use.TokensComputed),
            RecomputedSteps = RecomputedSteps,
            RetriedChunks = RetriedChunks,
            Losses = [.. _losses],
            CardUses = uses,
            PeakMemoryBytes = Peak,
            PeakMemoryBeforeDecodeBytes = _peakBeforeDecode,
        };
    }

    private long Peak => _workers.Values.Select(worker => worker.PeakMemoryBytes).DefaultIfEmpty().Max();

    private Worker Of(string card)
    {
        if (!_workers.TryGetValue(card, out Worker? worker))
            _workers[card] = worker = new Worker();
        return worker;
    }

    private sealed class Worker
    {
        public WorkCounts Work { get; set; } = WorkCounts.Zero;
        public int Chunks { get; set; }
        public long PeakMemoryBytes { get; set; }

        public CardUse Use(string name, string device) => new(
            name, device, Work.BytesSent, Work.BytesReceived, Work.Tokens, Work.Units, Work.Switches, Work.WaitedSeconds, Overlap, Chunks, PeakMemoryBytes);

        /// <summary>Of the time of exchanges, that in which the card did not stand still.</summary>
        private double Overlap => Work.ExchangingSeconds <= 0 ? 1 : Math.Clamp(1 - Work.WaitedSeconds / Work.ExchangingSeconds, 0, 1);
    }
}
