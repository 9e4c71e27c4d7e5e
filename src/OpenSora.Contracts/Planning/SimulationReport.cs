namespace OpenSora.Contracts.Planning;

/// <summary>What a simulation gave: the document that <c>simulate --json</c> prints. The same request and seed give the same document.</summary>
public sealed record SimulationReport
{
    /// <summary>Version of this document.</summary>
    public int Schema { get; init; } = 1;

    public required long Seed { get; init; }
    public required CalibrationReport? Calibration { get; init; }

    /// <summary>One for units that are computed one by one, one for several a call, as a device does that gives the same bytes so.</summary>
    public required IReadOnlyList<ScalingReport>? Scaling { get; init; }

    /// <summary>Sizes of units.</summary>
    public UnitSizesReport? Units { get; init; }

    public required ServiceReport? Service { get; init; }

    /// <summary>Ways to share cards between requests.</summary>
    public SharingReport? Sharing { get; init; }

    /// <summary>Events that were processed.</summary>
    public required long Events { get; init; }
}

/// <summary>Published times against simulated ones.</summary>
/// <param name="Fitted">What was taken from published times.</param>
/// <param name="MeanAbsoluteError">Over the points that were not fitted, as a share.</param>
/// <param name="Checked">How many those are.</param>
public sealed record CalibrationReport(
    IReadOnlyList<FittedValue> Fitted, IReadOnlyList<PublishedPoint> Points, double MeanAbsoluteError, int Checked);

/// <summary>A number that one published time gave.</summary>
public sealed record FittedValue(string Name, double Value, string Unit, string From);

/// <summary>A published time and the simulated one beside it.</summary>
/// <param name="Fitted">Whether a number was fitted to it: then the error says nothing.</param>
/// <param name="Error">Simulated over published, less one.</param>
public sealed record PublishedPoint(string Name, string Source, double PublishedSeconds, double SimulatedSeconds, double Error, bool Fitted);

/// <summary>One clip on more and more cards.</summary>
/// <param name="Calls">Which of the two curves this is.</param>
public sealed record ScalingReport(string CardType, string Clip, string Calls, int Steps, IReadOnlyList<JobPoint> Points);

/// <summary>One job on some cards.</summary>
/// <param name="JobSeconds">Text, steps, gathering, decoding and encoding of the file.</param>
/// <param name="Efficiency">Step time of one card over cards · step time, 0 to 1.</param>
/// <param name="Waiting">Share of a step in which a card stands still for others, over all cards.</param>
/// <param name="BytesPerStep">Sent by all cards in a step.</param>
/// <param name="TwoLevelStepSeconds">A step whose switch goes over one card of each node; null on one node.</param>
public sealed record JobPoint(int Cards, double StepSeconds, double JobSeconds, double Efficiency, double Waiting, long BytesPerStep, double? TwoLevelStepSeconds = null);

/// <summary>One clip cut into units of several sizes.</summary>
public sealed record UnitSizesReport(string CardType, string Clip, IReadOnlyList<UnitSizeRow> Rows);

/// <summary>One size.</summary>
/// <param name="RowsWanted">Rows that a unit is to have.</param>
/// <param name="Chosen">Whether cards of this kind compute in it.</param>
/// <param name="Temporaries">The most bytes that the tensors of a unit take on one card.</param>
public sealed record UnitSizeRow(long RowsWanted, bool Chosen, long FramesPerUnit, long PositionsPerUnit, long Temporaries, IReadOnlyList<UnitSizePoint> Points);

/// <summary>A step with units of one size.</summary>
/// <param name="Balance">Tokens of an even share over tokens of the card that has most, 0 to 1.</param>
/// <param name="StepSeconds">null where the card's speed is not known.</param>
/// <param name="Efficiency">Step time of one card, with the size that is best for one, over cards · step time; null where the speed is not known.</param>
public sealed record UnitSizePoint(int Cards, double Balance, double? StepSeconds, double? Efficiency);

/// <summary>Jobs over a cluster.</summary>
/// <param name="Mix">Clips that jobs ask for, in equal shares, with the seconds of each when nothing fails.</param>
public sealed record ServiceReport(
    string CardType, int Cards, int CardsPerJob, IReadOnlyList<ServiceClip> Mix, double FailuresPerCardDay, IReadOnlyList<LoadPoint> Points);

/// <summary>One kind of job.</summary>
public sealed record ServiceClip(string Name, double Seconds);

/// <summary>The service at one load.</summary>
/// <param name="Load">Work that arrives over what all cards can do.</param>
/// <param name="Utilisation">Share of time in which cards worked.</param>
/// <param name="Failures">Cards that failed while they worked; each costs its job a step at the most.</param>
public sealed record LoadPoint(
    double Load, int Jobs, double MeanWaitSeconds, double P95WaitSeconds, double Utilisation, int Failures);

/// <summary>Requests of many sizes over some cards, shared in several ways.</summary>
/// <param name="ChangeSeconds">What a change of a gang takes.</param>
public sealed record SharingReport(string CardType, int Cards, int Jobs, double ChangeSeconds, IReadOnlyList<SharedClip> Mix, IReadOnlyList<SharingPoint> Points);

/// <summary>One kind of clip.</summary>
/// <param name="Share">Of the requests, 0 to 1.</param>
/// <param name="WorkSeconds">On one card.</param>
/// <param name="Efficiency">On all cards: time of one card over cards · time.</param>
public sealed record SharedClip(string Name, double Share, double WorkSeconds, double Efficiency);

/// <summary>One way to share cards, at one load.</summary>
/// <param name="Arrivals"><c>Poisson</c>, <c>Bursts</c> of ten, <c>HeavyTails</c> (pauses of a Pareto distribution) or all <c>AtOnce</c>.</param>
/// <param name="Load">Work that arrives over what all cards can do, each on its own.</param>
/// <param name="MeanSeconds">From the asking to the end.</param>
/// <param name="Changes">Gangs that were changed.</param>
/// <param name="Evictions">Videos that gave all their cards to others for a while.</param>
public sealed record SharingPoint(
    string Arrivals, double Load, string Rule, double PerHour, double MeanSeconds, double P50Seconds, double P95Seconds, double P99Seconds, int Changes, int Evictions);
