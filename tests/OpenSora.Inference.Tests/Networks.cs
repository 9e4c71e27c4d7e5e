using OpenSora.Inference.Decoding;
using OpenSora.Inference.Verification;
using OpenSora.Inference.Weights;
using OpenSora.Layout.Decoding;
using OpenSora.Layout.Models;
using OpenSora.Layout.Units;
using OpenSora.TestKit;
using OpenSora.Video;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests;

/// <summary>Small networks with seeded weights, and the golden folder of the repository.</summary>
internal static class Networks
{
    public static GoldenContext Golden { get; } = new(
        Repository.Golden, CPU, Precision.Float32, UnitSize.Processor, new MediaFiles(framesPerSecond: 24, crf: null));

    public static SpatialVaeConfig Spatial { get; } = new() { BlockOutChannels = [8, 8, 16, 16], NormNumGroups = 4 };

    public static TemporalVaeConfig Temporal { get; } = new() { Filters = 8, NumResBlocks = 1, NumGroups = 4 };

    public static T5EncoderConfig Text { get; } = new()
    {
        DModel = 16,
        DKv = 8,
        NumHeads = 3,
        NumLayers = 2,
        DFf = 32,
        VocabSize = 50,
        FeedForwardProj = "gated-gelu",
    };

    public static STDiT3Config Transformer { get; } = new()
    {
        HiddenSize = 24,
        NumHeads = 3,
        Depth = 2,
        CaptionChannels = 12,
        ModelMaxLength = 10,
    };

    public static RandomParameters Random(Func<string, bool>? has = null) => new(7, Spread, has);

    public static VideoAutoencoder Autoencoder(AutoencoderUnits? units = null) => new(
        Random(key => key is not ("scale" or "shift")), Spatial, new VideoAutoencoderConfig { VaeTemporal = Temporal },
        units ?? new AutoencoderUnits(), CPU, Precision.Float32);

    public static Tensor Noise(long seed, params long[] shape)
    {
        using Generator generator = new((ulong)seed);
        return randn(shape, dtype: ScalarType.Float32, generator: generator);
    }

    public static double LargestDifference(Tensor a, Tensor b)
    {
        Assert.Equal(a.shape, b.shape);
        using DisposeScope scope = NewDisposeScope();
        return (a - b).abs().max().ToDouble();
    }

    private static Spread Spread(string key, long[] shape) => shape.Length > 1
        ? new Spread(0, 1 / Math.Sqrt(shape[1..].Aggregate(1L, (product, size) => product * size)))
        : key.Contains("norm", StringComparison.Ordinal) && key.EndsWith("weight", StringComparison.Ordinal) ? new Spread(1, 0.1) : new Spread(0, 0.1);
}
