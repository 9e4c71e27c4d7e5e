using OpenSora.Contracts.Clips;
using OpenSora.Inference.Decoding;
using OpenSora.Inference.Decoding.Spatial;
using OpenSora.Inference.Decoding.Temporal;
using OpenSora.Inference.Text;
using OpenSora.Inference.Transformer;
using OpenSora.Planning.Models;

namespace OpenSora.Planning.Tests.Memory;

/// <summary>
/// <c>peakMemoryBytes</c> of <c>generate --threads 2 --num-sampling-steps 1 --json</c> on a 4-core Xeon, 2026-11-23, one card:
/// docs/simulator.md tells how it was measured.
/// </summary>
public static class Measured
{
    /// <summary>Small: 0.7 million weights in the transformer.</summary>
    public static ModelShape Demo { get; } = new(
        "demo",
        new STDiT3Config { HiddenSize = 96, Depth = 2, NumHeads = 4, CaptionChannels = 64 },
        new T5EncoderConfig { DModel = 64, DKv = 16, NumHeads = 4, NumLayers = 2, DFf = 128, VocabSize = 512 },
        new SpatialVaeConfig { BlockOutChannels = [8, 16, 32, 32], LayersPerBlock = 1, NormNumGroups = 8 },
        new VideoAutoencoderConfig { VaeTemporal = new TemporalVaeConfig { Filters = 8, NumGroups = 4, NumResBlocks = 1 } });

    /// <summary>85 million weights.</summary>
    public static ModelShape Middle { get; } = new(
        "middle",
        new STDiT3Config { HiddenSize = 512, Depth = 6, NumHeads = 8, CaptionChannels = 512 },
        new T5EncoderConfig { DModel = 512, DKv = 16, NumHeads = 4, NumLayers = 6, DFf = 1024, VocabSize = 512 },
        new SpatialVaeConfig { BlockOutChannels = [32, 64, 128, 128], LayersPerBlock = 2, NormNumGroups = 8 },
        new VideoAutoencoderConfig { VaeTemporal = new TemporalVaeConfig { Filters = 32, NumGroups = 4, NumResBlocks = 2 } });

    /// <summary>78 million weights, measured after the model of memory was fixed.</summary>
    public static ModelShape Other { get; } = new(
        "other",
        new STDiT3Config { HiddenSize = 384, Depth = 10, NumHeads = 8, CaptionChannels = 256 },
        new T5EncoderConfig { DModel = 256, DKv = 16, NumHeads = 4, NumLayers = 6, DFf = 512, VocabSize = 512 },
        new SpatialVaeConfig { BlockOutChannels = [48, 96, 192, 192], LayersPerBlock = 2, NormNumGroups = 8 },
        new VideoAutoencoderConfig { VaeTemporal = new TemporalVaeConfig { Filters = 16, NumGroups = 4, NumResBlocks = 2 } });

    /// <summary>Model, height and width, frames, dtype, frames of a batch, bytes at the most, and those before decoding.</summary>
    public static TheoryData<string, int, int, int, string, int, long, long> Runs => new()
    {
        { "demo", 144, 256, 1, "bf16", 4, 270_249_984, 241_491_968 },
        { "demo", 144, 256, 51, "bf16", 4, 344_694_784, 252_551_168 },
        { "demo", 144, 256, 204, "bf16", 4, 357_269_504, 272_306_176 },
        { "demo", 240, 426, 51, "bf16", 4, 523_145_216, 269_840_384 },
        { "middle", 144, 256, 1, "bf16", 4, 768_630_784, 768_630_784 },
        { "middle", 144, 256, 51, "bf16", 4, 899_141_632, 768_004_096 },
        { "middle", 144, 256, 51, "fp32", 4, 937_177_088, 541_388_800 },
        { "middle", 144, 256, 408, "bf16", 4, 976_822_272, 768_229_376 },
        { "middle", 240, 426, 51, "bf16", 4, 1_370_206_208, 768_311_296 },
        { "middle", 360, 640, 34, "bf16", 4, 1_676_103_680, 768_634_880 },
        { "middle", 360, 640, 34, "bf16", 1, 1_345_220_608, 769_024_000 },
        { "middle", 480, 854, 17, "bf16", 4, 2_790_490_112, 762_253_312 },
        { "other", 144, 256, 102, "bf16", 4, 919_994_368, 689_356_800 },
        { "other", 240, 426, 17, "fp32", 4, 1_281_658_880, 492_900_352 },
        { "other", 480, 480, 17, "bf16", 2, 1_407_770_624, 688_439_296 },
    };

    public static ModelShape Model(string name) => name switch { "demo" => Demo, "middle" => Middle, _ => Other };

    public static ClipGeometry Clip(int height, int width, int frames) => new(new FrameSize(height, width), frames);
}
