namespace OpenSora.Contracts.Planning;

/// <summary>What a request would take: the document that <c>plan --json</c> prints. Every figure in it is predicted.</summary>
public sealed record PlanReport
{
    /// <summary>Version of this document.</summary>
    public int Schema { get; init; } = 1;

    public required string Model { get; init; }
    public required PlannedCardType CardType { get; init; }
    public required int Cards { get; init; }

    /// <summary>What <c>--dtype</c> named.</summary>
    public required string Dtype { get; init; }

    /// <summary>What kernels run in on this type of card.</summary>
    public required string ComputeDtype { get; init; }

    public required int Steps { get; init; }
    public required PlannedClip Clip { get; init; }
    public required PlannedUnits Units { get; init; }
    public required IReadOnlyList<PlannedRank> Ranks { get; init; }
    public required PlannedBytes Bytes { get; init; }

    /// <summary>Bytes on disk that <c>--keep-steps</c> would keep of the video.</summary>
    public required long KeptStepBytes { get; init; }
    public required PlannedMemory Memory { get; init; }
    public required PlannedDecode Decode { get; init; }

    /// <summary>null where the card type's speed is not known.</summary>
    public required PredictedSeconds? Seconds { get; init; }

    /// <summary>null where the card type's speed is not known.</summary>
    public required SensibleCards? Sensible { get; init; }

    /// <summary>null when the request fits.</summary>
    public required DoesNotFit? Refusal { get; init; }

    /// <summary>What a reader should know about the figures.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
}

/// <summary>The card type of a plan. null is what nobody has published.</summary>
/// <param name="MemoryBytes">Memory of one card.</param>
/// <param name="FlopsPerSecond">Peak of matrix products in <see cref="PlanReport.ComputeDtype"/>.</param>
/// <param name="MemoryBytesPerSecond">Bandwidth of its memory.</param>
/// <param name="LinkBytesPerSecond">To the cards of its node, each way.</param>
public sealed record PlannedCardType(
    string Name, string Title, long MemoryBytes, double? FlopsPerSecond, double? MemoryBytesPerSecond, double? LinkBytesPerSecond, string Source);

/// <summary>Sizes of a clip. Heights and widths in pixels, latent cells and patches.</summary>
/// <param name="Positions">Patches S of a latent frame.</param>
/// <param name="Tokens">T · S of one half of guidance.</param>
public sealed record PlannedClip(
    int Height, int Width, int OutputHeight, int OutputWidth, int Frames,
    int LatentFrames, int LatentHeight, int LatentWidth, int PatchRows, int PatchColumns, int Positions, long Tokens);

/// <summary>How the tokens of a half of guidance are cut. The last unit of a layout may be a smaller one.</summary>
public sealed record PlannedUnits(long FramesPerUnit, long SpatialUnits, long PositionsPerUnit, long TemporalUnits);

/// <summary>The share of one rank.</summary>
/// <param name="Halves">Halves of guidance that it computes: <c>conditional</c>, <c>unconditional</c> or both.</param>
/// <param name="TokensPerStep">Tokens that it takes through a block, counted in each block.</param>
/// <param name="BytesPerStep">Tensor bytes that it sends in a step.</param>
/// <param name="MemoryBytes">The most that it holds.</param>
public sealed record PlannedRank(
    int Rank, IReadOnlyList<string> Halves, long FirstFrame, long Frames, long FirstPosition, long Positions,
    long TokensPerStep, long BytesPerStep, long MemoryBytes);

/// <summary>Tensor bytes between cards, headers not counted.</summary>
/// <param name="PerStep">Sent by all cards in a step.</param>
/// <param name="PerRun">Sent by all cards in all steps.</param>
/// <param name="Bound">What all would send in a step if tokens could be shared evenly: (2·depth − 1) · M · (n − 1) / n for each half of guidance that n cards share, and the velocities.</param>
public sealed record PlannedBytes(long PerStep, long PerRun, double Bound);

/// <summary>Memory of the card that needs most.</summary>
/// <param name="Rank">Which rank that is.</param>
/// <param name="PeakBytes">The most that is held at once: what stays, and the larger of denoising and decoding.</param>
/// <param name="UsableBytes">What the card type has for it.</param>
public sealed record PlannedMemory(int Rank, IReadOnlyList<MemoryPart> Parts, long PeakBytes, long UsableBytes);

/// <summary>One part of a card's memory.</summary>
/// <param name="When">When it is held: <c>always</c>, <c>load</c>, <c>encode</c>, <c>denoise</c> or <c>decode</c>.</param>
public sealed record MemoryPart(string Name, long Bytes, string When);

/// <summary>How the clip is cut for decoding. Any card can take any chunk.</summary>
/// <param name="FramesPerChunk">Frames of a chunk; the last one may have fewer.</param>
/// <param name="LatentFramesPerChunk">Latent frames of a chunk.</param>
/// <param name="FramesPerBatch">Frames that the per-frame decoder takes at once.</param>
public sealed record PlannedDecode(int Chunks, int FramesPerChunk, int LatentFramesPerChunk, int FramesPerBatch, int Batches);

/// <summary>Seconds by stage, without loading and writing files.</summary>
public sealed record PredictedSeconds(double Encode, double Denoise, double Decode, double Total);

/// <summary>How many cards are worth having.</summary>
/// <param name="Cards">The most of the curve whose efficiency is at least <paramref name="Threshold"/>.</param>
/// <param name="Most">The most that can share the clip.</param>
public sealed record SensibleCards(int Cards, int Most, double Threshold, IReadOnlyList<ScalingPoint> Curve);

/// <summary>One number of cards for one job.</summary>
/// <param name="StepSeconds">Of a denoising step.</param>
/// <param name="Efficiency">Time of one card over cards · time, 0 to 1.</param>
/// <param name="BytesPerStep">Sent by all cards in a step.</param>
public sealed record ScalingPoint(int Cards, double StepSeconds, double Efficiency, long BytesPerStep);

/// <summary>Why a request does not fit, and what would do.</summary>
/// <param name="NeededBytes">What the fullest card would hold.</param>
/// <param name="CardsThatWouldDo">The fewest cards of this type that would do; null when no number does.</param>
/// <param name="CardTypesThatWouldDo">Known types that would do with the cards that were asked for.</param>
public sealed record DoesNotFit(string Message, long NeededBytes, long UsableBytes, int? CardsThatWouldDo, IReadOnlyList<string> CardTypesThatWouldDo);
