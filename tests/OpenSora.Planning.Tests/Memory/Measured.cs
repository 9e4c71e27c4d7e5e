using OpenSora.Contracts.Clips;
using OpenSora.Layout.Models;

namespace OpenSora.Planning.Tests.Memory;

/// <summary>
/// <c>peakMemoryBytes</c> of <c>generate --threads 2 --num-sampling-steps 1 --json</c> on a 2-core Xeon, 2026-11-28, one card:
/// docs/simulator.md tells how it was measured.
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
        { "small", 144, 256, 1, "bf16", 4, 301_604_864, 275_615_744 },
        { "small", 144, 256, 51, "bf16", 4, 372_092_928, 288_874_496 },
        { "small", 144, 256, 204, "bf16", 4, 421_752_832, 307_625_984 },
        { "small", 240, 426, 51, "bf16", 4, 557_637_632, 302_358_528 },
        { "middle", 144, 256, 1, "bf16", 4, 699_801_600, 699_801_600 },
        { "middle", 144, 256, 51, "bf16", 4, 897_212_416, 698_626_048 },
        { "middle", 144, 256, 51, "fp32", 4, 802_709_504, 545_669_120 },
        { "middle", 240, 426, 51, "bf16", 4, 1_026_777_088, 689_590_272 },
        { "middle", 480, 854, 17, "bf16", 4, 1_366_745_088, 739_000_320 },
        { "other", 144, 256, 51, "bf16", 4, 1_328_775_168, 1_247_735_808 },
        { "other", 240, 426, 17, "fp32", 4, 1_234_407_424, 523_059_200 },
        { "other", 480, 480, 17, "bf16", 2, 1_694_388_224, 1_248_116_736 },
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
