using System.Diagnostics.Metrics;
using OpenSora.Contracts.Videos;

namespace OpenSora.Cluster;

/// <summary>What is counted and measured: docs/telemetry.md lists all. Nobody listens unless metrics are asked for.</summary>
internal static class Instruments
{
    private static readonly Meter Meter = new("OpenSora.Cluster");

    private static readonly double[] Seconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 60, 120, 300, 900, 3600];

    /// <summary>Videos that are over; <c>status</c>.</summary>
    public static readonly Counter<long> Ended = Meter.CreateCounter<long>("opensora.videos.ended", description: "Videos that are over.");

    /// <summary>From its being asked for to the first start of its making.</summary>
    public static readonly Histogram<double> Waited = OfSeconds("opensora.wait", "From the request for a video to the first start of its making.");

    /// <summary>Between two whole checkpoints.</summary>
    public static readonly Histogram<double> Step = OfSeconds("opensora.step", "A denoising step.");

    /// <summary>Between the steps of two gangs of a job, without a loss: what the second step does not take of the first.</summary>
    public static readonly Histogram<double> GangChange = OfSeconds("opensora.gang.change", "What a change of a gang takes.");

    /// <summary>Of a completed job; <c>stage</c>.</summary>
    public static readonly Histogram<double> Stage = OfSeconds("opensora.stage", "A stage of a completed job.");

    public static readonly Counter<long> BytesSwitched = Meter.CreateCounter<long>("opensora.switched", "By", "Tensor bytes between cards while denoising.");
    public static readonly Counter<long> StepsRecomputed = Meter.CreateCounter<long>("opensora.steps.recomputed", description: "Steps begun again because a card was lost.");
    public static readonly Counter<long> StepsDiffered = Meter.CreateCounter<long>("opensora.steps.differed", description: "Checked steps in which a card computed otherwise than others.");
    public static readonly Counter<long> TextsReused = Meter.CreateCounter<long>("opensora.texts.reused", description: "Texts whose features an earlier job made.");
    public static readonly Counter<long> StepsReused = Meter.CreateCounter<long>("opensora.steps.reused", description: "Steps that an earlier job did.");
    public static readonly Counter<long> UnitsReused = Meter.CreateCounter<long>("opensora.units.reused", description: "Units that these steps took.");
    public static readonly Counter<long> ChunksRetried = Meter.CreateCounter<long>("opensora.chunks.retried", description: "Tiles decoded again because a card was lost.");
    public static readonly Counter<long> TasksRetried = Meter.CreateCounter<long>("opensora.tasks.retried", description: "Further attempts at other tasks.");
    public static readonly Counter<long> CardsLost = Meter.CreateCounter<long>("opensora.cards.lost", description: "Cards that were lost while they worked.");
    public static readonly Counter<long> CardsRested = Meter.CreateCounter<long>("opensora.cards.rested", description: "Times that a card was sent to rest.");

    private static Func<(int Waiting, int Working, double Seconds)> s_queue = () => default;
    private static Func<IReadOnlyList<CardStatus>> s_cards = () => [];

    static Instruments()
    {
        Meter.CreateObservableGauge("opensora.videos.waiting", () => s_queue().Waiting, description: "Videos that wait for cards.");
        Meter.CreateObservableGauge("opensora.videos.working", () => s_queue().Working, description: "Videos that cards work on.");
        Meter.CreateObservableGauge("opensora.queue", () => s_queue().Seconds, "s", "Work that waits, in seconds of one card.");
        Meter.CreateObservableGauge("opensora.cards", Cards, description: "Cards that have joined.");
        Meter.CreateObservableGauge("opensora.card.free_memory", FreeMemory, "By", "Free memory of a card's device.");
    }

    /// <summary>Shows the queue of this process, and the cards that it leases.</summary>
    public static void Observe(Func<(int Waiting, int Working, double Seconds)> queue, Func<IReadOnlyList<CardStatus>> cards)
    {
        (s_queue, s_cards) = (queue, cards);
        // There from the beginning, so that the first one is a rise.
        foreach (string status in new[] { "completed", "failed", "cancelled" })
            Ended.Add(0, Tag("status", status));
        foreach (Counter<long> counter in new[] { BytesSwitched, StepsRecomputed, StepsDiffered, TextsReused, StepsReused, UnitsReused, ChunksRetried, TasksRetried, CardsLost, CardsRested })
            counter.Add(0);
    }

    public static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    private static Histogram<double> OfSeconds(string name, string description) =>
        Meter.CreateHistogram(name, "s", description, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = Seconds });

    private static IEnumerable<Measurement<int>> Cards()
    {
        Dictionary<string, int> states = new() { ["idle"] = 0, ["busy"] = 0, ["draining"] = 0, ["resting"] = 0 };
        foreach (CardStatus card in s_cards())
            states[card.IsResting ? "resting" : card.State.ToString().ToLowerInvariant()]++;
        return states.Select(state => new Measurement<int>(state.Value, Tag("state", state.Key)));
    }

    private static IEnumerable<Measurement<long>> FreeMemory() => s_cards().Select(card => new Measurement<long>(card.FreeMemoryBytes, Tag("card", card.Name)));
}
