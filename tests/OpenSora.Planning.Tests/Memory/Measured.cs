using OpenSora.Contracts.Clips;
using OpenSora.Layout.Models;

namespace OpenSora.Planning.Tests.Memory;

/// <summary>
/// <c>peakMemoryBytes</c> of <c>generate --threads 2 --num-sampling-steps 1 --json</c> on a 2-core EPYC with AVX-512, libtorch 2.10.0, 2026-12-01, one card;
/// <c>full</c> on a Xeon with libtorch 1.13.1. docs/simulator.md tells how it was measured.
/// </summary>
public static class Measured
{
    /// <summary>Next to no weights: 12 MB of text encoder, 1 million weights in the transformer.</summary>
    public static ModelShape Small { get; } = Made("small", depth: 2, hidden: 96, heads: 4, textLayers: 2, textHidden: 64, vaeChannels: 8);

    /// <summary>57 million weights in the transformer.</summary>
    public static ModelShape Middle { get; } = Made("middle", depth: 6, hidden: 512, heads: 8, textLayers: 6, textHidden: 512, vaeChannels: 32);

    /// <summary>52 million weights in the transformer, wider autoencoders.</summary>
    public static ModelShape Other { get; } = Made("other", depth: 10, hidden: 384, heads: 8, textLayers: 6, textHidden: 256, vaeChannels: 64);

    /// <summary>Model, height and width, frames, dtype, frames of a batch, bytes at the most, and those before decoding.</summary>
    public static TheoryData<string, int, int, int, string, int, long, long> Runs => new()
    {
        { "small", 144, 256, 1, "bf16", 4, 337_000_000, 310_000_000 },
        { "small", 144, 256, 51, "bf16", 4, 411_000_000, 319_000_000 },
        { "small", 144, 256, 204, "bf16", 4, 447_000_000, 334_000_000 },
        { "small", 240, 426, 51, "bf16", 4, 555_000_000, 328_000_000 },
        { "middle", 144, 256, 1, "bf16", 4, 716_000_000, 716_000_000 },
        { "middle", 144, 256, 51, "bf16", 4, 886_000_000, 721_000_000 },
        { "middle", 144, 256, 51, "fp32", 4, 911_000_000, 586_000_000 },
        { "middle", 240, 426, 51, "bf16", 4, 1_027_000_000, 782_000_000 },
        { "middle", 480, 854, 17, "bf16", 4, 1_378_000_000, 841_000_000 },
        { "other", 144, 256, 51, "bf16", 4, 1_326_000_000, 1_277_000_000 },
        { "other", 240, 426, 17, "fp32", 4, 1_129_000_000, 556_000_000 },
        { "other", 480, 480, 17, "bf16", 2, 1_450_000_000, 1_277_000_000 },
        { "full", 144, 256, 51, "fp32", 4, 9_719_705_600, 9_719_705_600 },
    };

    public static ModelShape Model(string name) => name switch { "small" => Small, "middle" => Middle, "other" => Other, _ => ModelShape.Full };

    public static ClipGeometry Clip(int height, int width, int frames) => new(new FrameSize(height, width), frames);

    /// <summary>As <c>make-checkpoint</c> writes it.</summary>
    private static ModelShape Made(string name, int depth, int hidden, int heads, int textLayers, int textHidden, int vaeChannels) => new(
        name,
        new STDiT3Config { HiddenSize = hidden, Depth = depth, NumHeads = heads, CaptionChannels = textHidden },
        new T5EncoderConfig { DModel = textHidden, DKv = 64, NumHeads = textHidden / 64, NumLayers = textLayers, DFf = textHidden * 5 / 2, VocabSize = 32128 },
        new SpatialVaeConfig { BlockOutChannels = [vaeChannels, 2 * vaeChannels, 4 * vaeChannels, 4 * vaeChannels], LayersPerBlock = 2, NormNumGroups = Math.Min(32, vaeChannels) },
        new VideoAutoencoderConfig { VaeTemporal = new TemporalVaeConfig { Filters = vaeChannels, NumGroups = Math.Min(32, vaeChannels) } });
}
