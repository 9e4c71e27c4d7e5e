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
    public required int Cards { get; init; }
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
    public required IReadOnlyList<string> Files { get; init; }
    [JsonPropertyName("sha256")]
    public required GenerationHashes Hashes { get; init; }
    public required StageSeconds Seconds { get; init; }
    /// <summary>The most memory that the card process held, in bytes (resident set).</summary>
    public required long PeakMemoryBytes { get; init; }
    /// <summary>The same memory at the end of denoising; what decoding adds is the difference.</summary>
    public required long PeakMemoryBeforeDecodeBytes { get; init; }
    public required IReadOnlyList<SampleReport> Samples { get; init; }
}

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
