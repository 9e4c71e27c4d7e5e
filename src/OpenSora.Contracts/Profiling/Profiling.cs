using System.Text.Json.Serialization;

namespace OpenSora.Contracts.Profiling;

/// <summary>What is measured.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ProfiledPart>))]
public enum ProfiledPart
{
    /// <summary>One step of the transformer: both halves of guidance.</summary>
    Forward,

    /// <summary>Decoding one chunk of frames.</summary>
    Vae,

    /// <summary>Encoding one prompt.</summary>
    Text,
}

/// <summary>Time a network of random weights on a card. Sizes default to those that the one-card figures are given for.</summary>
public sealed record ProfileRequest
{
    public required ProfiledPart Part { get; init; }

    /// <summary>Blocks of each kind in the transformer, or layers of the text encoder. Default: 4.</summary>
    public int Depth { get; init; } = 4;

    /// <summary>Channels of the transformer or of the text encoder. Default: 1152.</summary>
    public int Hidden { get; init; } = 1152;

    /// <summary>Heads that share them. Default: 16.</summary>
    public int Heads { get; init; } = 16;

    /// <summary>Latent frames for the transformer, frames of a chunk for the autoencoder. Default: 8.</summary>
    public int Frames { get; init; } = 8;

    /// <summary>Rows of the latent. Default: 32.</summary>
    public int LatentHeight { get; init; } = 32;

    /// <summary>Columns of the latent. Default: 32.</summary>
    public int LatentWidth { get; init; } = 32;

    /// <summary>Tokens of the prompt. Default: 300.</summary>
    public int Tokens { get; init; } = 300;

    /// <summary>CPU threads. Default: 1.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Timed runs after one that is not. Default: 3.</summary>
    public int Repeat { get; init; } = 3;

    /// <summary>best, avx512, avx2 or portable kernels of our own, or plain: torch's only. Default: best.</summary>
    public string Kernels { get; init; } = "best";

    /// <summary>Whether one more run lists what each operation takes. Default: false.</summary>
    public bool Operations { get; init; }
}

/// <summary>One kind of operation in a run.</summary>
/// <param name="Seconds">Of the wall clock, without the operations that it called itself.</param>
public sealed record ProfiledOperation(string Name, long Calls, double Seconds);

/// <summary>The document that <c>profile --json</c> prints. Medians are over the timed runs.</summary>
/// <param name="Median">Seconds of the wall clock.</param>
/// <param name="Cpu">Seconds of processor time: on a busy machine the steadier figure.</param>
/// <param name="Gemm">
/// Processor seconds of plain matrix products of the same shapes, timed after each run; null for the autoencoder, whose
/// products are convolutions.
/// </param>
/// <param name="GemmGflops">Their speed, in 10^9 operations per second of processor time.</param>
/// <param name="Ratio">Median over the runs of processor time / that of the plain products after it.</param>
/// <param name="Peak">The most bytes that the process had in memory, its random weights included.</param>
/// <param name="Kernels">The instruction set of our own kernels, or plain.</param>
/// <param name="Operations">The longest first, from a run that is not timed; null when they were not asked for.</param>
public sealed record ProfileReport(
    ProfiledPart Part,
    [property: JsonPropertyName("median_s")] double Median,
    [property: JsonPropertyName("cpu_s")] double Cpu,
    [property: JsonPropertyName("gemm_s")] double? Gemm,
    [property: JsonPropertyName("gemm_gflops")] double? GemmGflops,
    [property: JsonPropertyName("gemm_ratio")] double? Ratio,
    [property: JsonPropertyName("peak_bytes")] long Peak,
    string Kernels,
    string Torch,
    IReadOnlyList<ProfiledOperation>? Operations);
