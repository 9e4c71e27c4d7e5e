using System.Text.Json.Nodes;

namespace OpenSora.Client.Sweeps;

/// <summary>
/// What a cell came to, as a row of a table. Null is what is not known. Measured, predicted and published figures are in fields
/// of their own, and none is put in the place of another.
/// </summary>
internal sealed record SweepRow
{
    /// <summary>Stages of a pass, in order.</summary>
    public static readonly string[] Stages = ["encode", "denoise", "decode", "write"];

    private readonly JsonObject? _report;

    public SweepRow(JsonObject result)
    {
        Flags = result["flags"]!.AsObject().ToDictionary(flag => flag.Key, flag => (string)flag.Value!);
        Status = (string)result["status"]!;
        Reason = (string?)result["reason"] ?? "";
        PredictedSeconds = (double?)result["predicted"]?["seconds"]?["total"];
        PredictedMemory = (long?)result["predicted"]?["memory_bytes"];
        Beside = result["service"]?["beside"]?.AsArray().Count ?? 0;
        Interrupted = result["service"]?["interrupted_passes"]?.AsArray().Count ?? 0;
        _report = result["report"]?.AsObject();
    }

    /// <summary>The flags of the cell, without their dashes.</summary>
    public IReadOnlyDictionary<string, string> Flags { get; }

    public string Status { get; }

    /// <summary>Why it was not measured.</summary>
    public string Reason { get; }

    public double? PredictedSeconds { get; }
    public long? PredictedMemory { get; }

    /// <summary>Of another system, by others; see <see cref="SweepReport"/>.</summary>
    public double? PublishedSeconds { get; init; }

    /// <summary>Other cells of the sweep that had cards of the same service at the same time.</summary>
    public int Beside { get; }

    /// <summary>Passes that the service began again elsewhere: their seconds are those since then.</summary>
    public int Interrupted { get; }

    public bool IsMeasured => _report is not null;

    public JsonObject Report => _report ?? throw new InvalidOperationException($"a cell that is {Status} has no report");
    public int Cards => (int)Report["cards"]!;
    public int Threads => (int)Report["threads"]!;
    public int Frames => (int)Report["frames"]!;

    /// <summary>Seconds of a pass: median, and the interval of the mean.</summary>
    public double Seconds => Median("infer");

    public (double Low, double High)? Interval => Figures("infer")["interval_95"] is JsonArray both ? ((double)both[0]!, (double)both[1]!) : null;
    public double FramesPerSecond => (double)Report["frames_per_second"]!;
    public long BytesSent => (long)Report["bytes_sent"]!["total"]!;
    public double BytesBound => (double)Report["bytes_sent"]!["bound"]!;
    public long Memory => (long)Report["peak_memory_bytes"]!;

    /// <summary>Cards that were lost in all passes.</summary>
    public int Losses => Report["runs"]!.AsArray().Sum(run => run!["losses"]?.AsArray().Count ?? 0);

    public int RecomputedSteps => Report["runs"]!.AsArray().Sum(run => (int?)run!["recomputed_steps"] ?? 0);

    /// <summary>Whether the seconds are those of the cell alone: no other cell, no lost card and no interruption is in them.</summary>
    public bool IsUndisturbed => Beside == 0 && Interrupted == 0 && Losses == 0;

    public string Hashes => Report["sha256"]!.ToJsonString();

    /// <summary>Median of the seconds of a stage.</summary>
    public double Median(string stage) => (double)Figures(stage)["median"]!;

    public JsonObject Figures(string stage) => Report["statistics"]![$"{stage}_seconds"]!.AsObject();

    /// <summary>The measured row of the same flags on one card with as many threads; null when there is none.</summary>
    public SweepRow? Alone(IReadOnlyList<SweepRow> rows) => IsMeasured && Cards > 1
        ? rows.FirstOrDefault(other => other.IsMeasured && other.Cards == 1 && other.Threads == Threads && Same(other, "cards"))
        : null;

    /// <summary>Time of one card over the time of all: 1 when n cards take an nth of it. Null without a row of one card.</summary>
    /// <remarks>Both are undisturbed, or none is told: what cells share of a machine is not what cards cost each other.</remarks>
    public double? Efficiency(IReadOnlyList<SweepRow> rows) => Alone(rows) is { IsUndisturbed: true } one && IsUndisturbed ? one.Seconds / (Cards * Seconds) : null;

    /// <summary>Whether the bytes are those of one card. Null without a row of one card.</summary>
    public bool? SameBytes(IReadOnlyList<SweepRow> rows) => Alone(rows) is { } one ? one.Hashes == Hashes : null;

    private bool Same(SweepRow other, string except) =>
        Flags.Where(flag => flag.Key != except).OrderBy(flag => flag.Key).SequenceEqual(other.Flags.Where(flag => flag.Key != except).OrderBy(flag => flag.Key));
}
