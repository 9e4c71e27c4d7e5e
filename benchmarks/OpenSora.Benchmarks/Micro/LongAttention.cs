using BenchmarkDotNet.Attributes;
using OpenSora.Inference.Transformer;
using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Benchmarks.Micro;

/// <summary>Attention of frames and to a prompt, 16 heads of 72: torch's own kernel against products and softmax of blocks.</summary>
public class LongAttention
{
    private Tensor _q = null!, _k = null!, _v = null!;

    [Params(1, 2)]
    public int Threads { get; set; }

    [Params("405x405", "1590x1590", "405x100", "512x300")]
    public string QueriesKeys { get; set; } = "";

    [GlobalSetup]
    public void SetUp()
    {
        TorchEnvironment.Initialize(Threads);
        long[] n = [.. QueriesKeys.Split('x').Select(long.Parse)];
        (_q, _k, _v) = (randn(1, 16, n[0], 72), randn(1, 16, n[1], 72), randn(1, 16, n[1], 72));
    }

    [Benchmark(Baseline = true)]
    public void Blocks() => Run(Attention.InBlocks);

    [Benchmark]
    public void Torch() => Run(Attention.ByTorch);

    private void Run(Func<Tensor, Tensor, Tensor, Tensor> attend)
    {
        using IDisposable inference = no_grad();
        using DisposeScope scope = NewDisposeScope();
        _ = attend(_q, _k, _v);
    }
}
