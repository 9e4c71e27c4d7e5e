using BenchmarkDotNet.Attributes;
using OpenSora.Inference;
using OpenSora.Inference.Sharding;
using OpenSora.Inference.Transformer;
using OpenSora.Inference.Weights;
using OpenSora.Layout.Models;
using OpenSora.Layout.Units;
using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Benchmarks.Micro;

/// <summary>One unit through one block of STDiT3-XL/2 in float32, against its matrix products alone.</summary>
public class BlockForward
{
    private const int TextTokens = 100;
    private readonly STDiT3Config _config = new();
    private STDiT3Block _block = null!;
    private BlockModulation _modulation = null!;
    private KeysValues _prompt = null!;
    private RotaryEmbedding? _rotary;
    private Tokens _unit = null!;
    private Tensor[] _weights = [];

    /// <summary>A frame of 240p, or 17 of its positions over 2 s.</summary>
    [Params("spatial 1 x 405", "temporal 17 x 15")]
    public string Unit { get; set; } = "";

    [GlobalSetup]
    public void SetUp()
    {
        TorchEnvironment.Initialize(1);
        using IDisposable inference = no_grad();
        bool spatial = Unit.StartsWith("spatial", StringComparison.Ordinal);
        long c = _config.HiddenSize;
        _block = new STDiT3Block(new RandomParameters(1, (_, shape) => new Spread(shape.Length == 1 ? 1 : 0, shape.Length == 1 ? 0.05 : 1 / Math.Sqrt(shape[^1]))), _config);
        _modulation = BlockModulation.OfAll([_block.ScaleShiftTable], new TimeEmbedding(randn(1, c), randn(1, 6, c)))[0]();
        _prompt = _block.Prompt(randn(TextTokens, c));
        _rotary = spatial ? null : RotaryEmbedding.Of(RotaryEmbedding.DefaultFrequencies(_config.HeadSize), 15, Precision.Float32);
        _unit = new Tokens(spatial ? randn(1, 405, c) : randn(17, 15, c), spatial ? TokenLayout.Frames : TokenLayout.Positions, 0);
        // Queries, keys and values; their projection; the query of the prompt and its projection; the two of the MLP.
        _weights = [.. new (long In, long Out)[] { (c, 3 * c), (c, c), (c, c), (c, c), (c, 4 * c), (4 * c, c) }.Select(size => randn(size.In, size.Out))];
    }

    [Benchmark(Baseline = true)]
    public long Products()
    {
        using IDisposable inference = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor x = _unit.Values.view(-1, _config.HiddenSize), wide = x;
        foreach (Tensor weight in _weights)
            wide = (wide.shape[1] == weight.shape[0] ? wide : x).mm(weight);
        return wide.numel();
    }

    [Benchmark]
    public long Block()
    {
        using IDisposable inference = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return _block.forward(_unit, _modulation, _prompt, _rotary, null).numel();
    }
}
