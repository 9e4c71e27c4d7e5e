using BenchmarkDotNet.Attributes;
using OpenSora.Inference;
using OpenSora.Inference.Transformer;
using OpenSora.Torch;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OpenSora.Benchmarks.Micro;

/// <summary>What our own kernels do, against torch's operations for it, with the sizes of STDiT3-XL/2 and of a frame's decoding.</summary>
public class FusedSteps
{
    private Func<Tensor?> _torch = null!, _fused = null!;

    [Params(1, 2)]
    public int Threads { get; set; }

    [Params(
        "gelu 512x4608", "modulate 512x1152", "modulate 4x1152", "heads 34x15x16x72", "attend 2048x4x72", "attend 544x15x72",
        "attend 272x30x72", "attend 144x60x72", "norm 128x144x256", "norm 512x18x32", "round 512x1152")]
    public string Step { get; set; } = "";

    [GlobalSetup]
    public void SetUp()
    {
        TorchEnvironment.Initialize(Threads);
        string[] words = Step.Split(' ', 2);
        long[] n = [.. words[1].Split('x').Select(long.Parse)];
        Tensor x = randn(n);
        (_torch, _fused) = words[0] switch
        {
            "gelu" => Gelu(x),
            "modulate" => Modulate(x.unsqueeze(0)),
            "heads" => Heads(randn([n[0], n[1], 3, n[2], n[3]])),
            "attend" => Attend(x),
            "norm" => Norm(x.unsqueeze(0)),
            _ => (() => x.to(ScalarType.BFloat16).to(ScalarType.Float32), () => FusedKernels.RoundToBFloat16(x)),
        };
    }

    [Benchmark(Baseline = true)]
    public void Torch() => Run(_torch);

    [Benchmark]
    public void Fused() => Run(_fused);

    private static void Run(Func<Tensor?> step)
    {
        using IDisposable inference = no_grad();
        using DisposeScope scope = NewDisposeScope();
        _ = step();
    }

    /// <summary>With the bias of the layer before it, in place where that is possible.</summary>
    private static (Func<Tensor?> Torch, Func<Tensor?> Fused) Gelu(Tensor x)
    {
        Tensor y = x.clone(), bias = randn(x.shape[1]);
        return (() => nn.functional.gelu(x.Plus(bias), GELU.Approximate.tanh), () =>
        {
            FusedKernels.Gelu(y, bias);
            return null;
        }
        );
    }

    private static (Func<Tensor?> Torch, Func<Tensor?> Fused) Modulate(Tensor x)
    {
        Tensor scale = randn(x.shape[2]), shift = randn(x.shape[2]);
        return (() => nn.functional.layer_norm(x, [x.shape[2]], scale, shift, 1e-6), () => FusedKernels.Modulate(x, scale, shift, 1e-6));
    }

    private static (Func<Tensor?> Torch, Func<Tensor?> Fused) Heads(Tensor qkv)
    {
        long frames = qkv.shape[1], size = qkv.shape[4];
        Tensor weight = randn(size), both = stack([weight, weight]).unsqueeze(1);
        RotaryEmbedding rotary = RotaryEmbedding.Of(RotaryEmbedding.DefaultFrequencies((int)size), frames, Precision.Float32);
        return (() =>
        {
            return rotary.Rotate(RmsNorm.Apply(qkv.narrow(2, 0, 2), both));
        }, () => FusedKernels.Heads(qkv, (weight, weight), (rotary.Cos, rotary.Sin), RmsNorm.Epsilon).Q);
    }

    private static (Func<Tensor?> Torch, Func<Tensor?> Fused) Attend(Tensor q)
    {
        Tensor k = randn_like(q), v = randn_like(q);
        return (() => Attention.ByTorch(q.unsqueeze(0), k.unsqueeze(0), v.unsqueeze(0)), () => FusedKernels.Attend(q, k, v));
    }

    /// <summary>Group norm and SiLU.</summary>
    private static (Func<Tensor?> Torch, Func<Tensor?> Fused) Norm(Tensor x)
    {
        const long Groups = 32;
        Tensor scale = randn(1, x.shape[1]), shift = randn(1, x.shape[1]), weight = scale.squeeze(0), bias = shift.squeeze(0);
        return (() => nn.functional.group_norm(x, Groups, weight, bias, 1e-6).silu_(), () =>
        {
            _ = FusedKernels.Moments(x, Groups, 1e-6);
            Tensor to = empty_like(x);
            FusedKernels.ScaledSilu(x, scale, shift, 0, to);
            return to;
        }
        );
    }
}
