using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace OpenSora.Contracts.Generation;

/// <summary>What a run made: the document that <c>generate --json</c> prints.</summary>
public sealed record GenerationReport
{
    /// <summary>The first prompt, as given.</summary>
    public required string Prompt { get; init; }
    public required long Seed { get; init; }
    /// <summary>e.g. <c>cpu</c>, <c>gcu:0</c>.</summary>
    public required string Device { get; init; }
    /// <summary>What <c>--dtype</c> named.</summary>
    public required string Dtype { get; init; }
    /// <summary>What the kernels ran in.</summary>
    public required string ComputeDtype { get; init; }
    /// <summary>The cards that were asked for.</summary>
    public required int Cards { get; init; }
    /// <summary>What decides the last bits of its cards: device, torch, kernels, size of units, processor, build. null in reports from before there was one.</summary>
    public string? Kind { get; init; }
    /// <summary>CPU threads of each card.</summary>
    public required int Threads { get; init; }
    /// <summary>Height of the frames in pixels.</summary>
    public required int Height { get; init; }
    /// <summary>Width of the frames in pixels.</summary>
    public required int Width { get; init; }
    /// <summary>Height and width that were asked for: frames are the largest multiples of 8 within them.</summary>
    public required IReadOnlyList<int> NominalSize { get; init; }
    /// <summary>Frames of one video.</summary>
    public required int Frames { get; init; }
    /// <summary>Frame rate of the file.</summary>
    public required int Fps { get; init; }
    public required int Steps { get; init; }
    /// <summary>Steps of these that were taken from another video, of which this is a branch; null for none.</summary>
    public int? FromStep { get; init; }
    public required IReadOnlyList<string> Files { get; init; }
    [JsonPropertyName("sha256")]
    public required GenerationHashes Hashes { get; init; }
    public required StageSeconds Seconds { get; init; }
    /// <summary>The job, for logs.</summary>
    public required string Job { get; init; }
    /// <summary>Tensor bytes between cards while denoising.</summary>
    public required BytesSent BytesSent { get; init; }
    /// <summary>What <c>--cache</c> saved; null without it.</summary>
    public CacheUse? Cache { get; init; }
    /// <summary>What was taken from earlier jobs; null where <c>OPENSORA_RESULTS</c> keeps none.</summary>
    public ReusedWork? Reused { get; init; }
    /// <summary>What <c>--self-check</c> looked at; null without it.</summary>
    public SelfCheckUse? SelfCheck { get; init; }
    /// <summary>Tokens that all cards took through a block, counted in each block; with a cache those that changed layout after it.</summary>
    public required long TokensComputed { get; init; }
    /// <summary>Denoising steps that had to be begun again because a card was lost: one for each loss, more with a cache.</summary>
    public required int RecomputedSteps { get; init; }
    /// <summary>Chunks that were decoded again because a card was lost.</summary>
    public required int RetriedChunks { get; init; }
    /// <summary>Cards that were lost, in order.</summary>
    public required IReadOnlyList<CardLoss> Losses { get; init; }
    /// <summary>One for each card that worked.</summary>
    public required IReadOnlyList<CardUse> CardUses { get; init; }
    /// <summary>The most memory that a card process held, in bytes (resident set).</summary>
    public required long PeakMemoryBytes { get; init; }
    /// <summary>The same memory at the end of denoising; what decoding adds is the difference.</summary>
    public required long PeakMemoryBeforeDecodeBytes { get; init; }
    public required IReadOnlyList<SampleReport> Samples { get; init; }
    /// <summary>What <c>audit</c> compares steps with; null in reports from before there was one, and of a job that was begun by such a version.</summary>
    public StepTrail? Trail { get; init; }
    /// <summary>What an audit of this run found; null in the report of the run itself.</summary>
    public AuditReport? Audit { get; init; }
}

/// <summary>Tensor bytes between cards while denoising, headers not counted.</summary>
/// <param name="PerCard">Sent by each card of <see cref="GenerationReport.CardUses"/>.</param>
/// <param name="Total">Sent by all.</param>
/// <param name="Bound">
/// What all would send in undisturbed steps if tokens could be shared evenly: design of sequence parallelism,
/// (2·depth − 1) · M · (n − 1) / n for each half of guidance that n cards share, and the velocities.
/// </param>
public sealed record BytesSent(IReadOnlyList<long> PerCard, long Total, double Bound);

/// <summary>What <c>--cache</c> saved of the blocks' parts: self-attention, cross-attention and MLP, counted once a forward on each card.</summary>
/// <param name="Rule">The word of <c>--cache</c>.</param>
/// <param name="Evaluated">Parts that were computed.</param>
/// <param name="Taken">Parts that were taken from an earlier step.</param>
public sealed record CacheUse(string Rule, long Evaluated, long Taken)
{
    /// <summary>How many times fewer evaluations there were than without the cache.</summary>
    public double Fewer => Evaluated == 0 ? 1 : (double)(Evaluated + Taken) / Evaluated;
}

/// <summary>Work of earlier jobs of the same owner that was not done again.</summary>
/// <param name="Texts">Texts whose features were there.</param>
/// <param name="Starts">Clips whose start was there.</param>
/// <param name="Steps">Denoising steps.</param>
/// <param name="Units">Units that these steps took through blocks, counted in each block, on all cards; of a clip's last step those that had been told when it was kept.</param>
public sealed record ReusedWork(int Texts, int Starts, int Steps, long Units);

/// <summary>What <c>--self-check</c> looked at.</summary>
/// <param name="Share">The share of steps that was asked for.</param>
/// <param name="Steps">Steps that were computed again and found equal.</param>
/// <param name="Differences">Steps in which a card computed otherwise than others; they were begun again without it.</param>
public sealed record SelfCheckUse(double Share, int Steps, int Differences);

/// <summary>What one card did.</summary>
/// <param name="WaitedSeconds">Time in which it stood still for bytes of other cards.</param>
/// <param name="Overlap">Share of the time of switches in which it computed, 0 to 1; 1 when there were none.</param>
/// <param name="Chunks">Chunks that it decoded.</param>
public sealed record CardUse(
    string Name, string Device, long BytesSent, long BytesReceived, long TokensComputed, long UnitsComputed, long Switches,
    double WaitedSeconds, double Overlap, int Chunks, long PeakMemoryBytes);

/// <summary>A card that was lost while it worked.</summary>
/// <param name="Stage">What it was needed for.</param>
/// <param name="Step">Steps that were done; 0 in other stages than denoise.</param>
/// <param name="Cause">What was seen.</param>
public sealed record CardLoss(string Name, string Stage, int Step, string Cause);

/// <summary>
/// SHA-256 in lower-case hexadecimal. <see cref="Latent"/>: the final latent of the last loop, [4, T, h, w] as little-endian
/// float32. <see cref="Frames"/>: the RGB24 frames in order. Of several samples: the hash of their hashes' text, one after
/// the other.
/// </summary>
public sealed record GenerationHashes(string Latent, string Frames)
{
    /// <summary>One for a run: that of its only sample, or the hash over those of all.</summary>
    public static GenerationHashes Of(IReadOnlyList<SampleReport> samples) => samples is [var only]
        ? only.Hashes
        : new GenerationHashes(Over(samples.Select(sample => sample.Hashes.Latent)), Over(samples.Select(sample => sample.Hashes.Frames)));

    private static string Over(IEnumerable<string> hashes) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Concat(hashes))));
}

/// <summary>One file: its prompt as the model saw it (first loop), and its own hashes.</summary>
public sealed record SampleReport(string File, string Prompt, int Frames, [property: JsonPropertyName("sha256")] GenerationHashes Hashes);

/// <summary>Wall-clock seconds by stage. <see cref="Write"/> is the time that frames waited for the encoder.</summary>
public sealed record StageSeconds(double Load, double Encode, double Denoise, double Decode, double Write, double Total);
