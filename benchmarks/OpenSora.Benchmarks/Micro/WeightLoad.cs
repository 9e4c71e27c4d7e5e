using BenchmarkDotNet.Attributes;
using OpenSora.Contracts;
using OpenSora.Inference;
using OpenSora.Inference.Transformer;
using OpenSora.Torch;
using static TorchSharp.torch;

namespace OpenSora.Benchmarks.Micro;

/// <summary>The demo model's transformer from its folder, against reading the bytes of the file.</summary>
public class WeightLoad
{
    private readonly string _folder = Path.Combine(Installation.Models!, "dit");

    [GlobalSetup]
    public void SetUp() => TorchEnvironment.Initialize(1);

    [Benchmark(Baseline = true)]
    public int Bytes() => File.ReadAllBytes(Path.Combine(_folder, "model.safetensors")).Length;

    [Benchmark]
    public int Load()
    {
        using STDiT3 model = STDiT3Checkpoint.Load(_folder, CPU, Precision.Float32);
        return model.Config.Depth;
    }
}
