using OpenSora.Inference.Layers;
using OpenSora.Inference.Weights;
using OpenSora.Layout.Models;
using OpenSora.Torch;
using TorchSharp.Utils;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace OpenSora.Inference.Transformer;

/// <summary>
/// Attention among the tokens of a frame or of a position. H heads of D channels; queries and keys are normalised before
/// they are rotated.
/// </summary>
internal sealed class SelfAttention : nn.Module
{
    private readonly int _heads, _headSize;
    [ComponentName(Name = "qkv")] private readonly Linear _qkv;
    [ComponentName(Name = "proj")] private readonly Linear _proj;
    [ComponentName(Name = "q_norm")] private readonly HeadNorm? _qNorm;
    [ComponentName(Name = "k_norm")] private readonly HeadNorm? _kNorm;

    public SelfAttention(ParameterSource p, STDiT3Config config) : base(nameof(SelfAttention))
    {
        (_heads, _headSize) = (config.NumHeads, config.HeadSize);
        _qkv = new Linear(p["qkv"], config.HiddenSize, 3 * config.HiddenSize);
        _proj = new Linear(p["proj"], config.HiddenSize, config.HiddenSize);
        if (config.QkNorm)
        {
            _qNorm = new HeadNorm(p["q_norm"], _headSize);
            _kNorm = new HeadNorm(p["k_norm"], _headSize);
        }
        RegisterComponents();
    }

    /// <summary>[n, m, C] → [n, m, C]: each of the n groups by itself.</summary>
    public Tensor forward(Tensor x, RotaryEmbedding? rotary)
    {
        long n = x.shape[0], m = x.shape[1], c = x.shape[2];
        Tensor qkv = _qkv.forward(x.reshape(n * m, c)).view(n, m, 3, _heads, _headSize);
        var (q, k, v) = Heads(qkv, rotary);
        Tensor attended = Attention.Attend(q, k, v).transpose(1, 2).reshape(n * m, c);
        return _proj.forward(attended).view(n, m, c);
    }

    /// <summary>[n, m, 3, H, D] → queries, keys and values, each [n, H, m, D].</summary>
    private (Tensor Q, Tensor K, Tensor V) Heads(Tensor qkv, RotaryEmbedding? rotary)
    {
        bool fused = _headSize <= FusedKernels.MostHeadSize
            && FusedKernels.CanTake(qkv, _qNorm?.Weight, _kNorm?.Weight, rotary?.Cos, rotary?.Sin);
        if (!fused)
            return PlainHeads(qkv, rotary);
        (Tensor q, Tensor k, Tensor v) = FusedKernels.Heads(
            qkv,
            _qNorm is not null && _kNorm is not null ? (_qNorm.Weight, _kNorm.Weight) : null,
            rotary is not null ? (rotary.Cos, rotary.Sin) : null,
            RmsNorm.Epsilon);
        long[] shape = [qkv.shape[0], _heads, qkv.shape[1], _headSize];
        return (q.view(shape), k.view(shape), v.view(shape));
    }

    /// <summary>Strided, without a copy into another layout: attention reads them so. What is normalised may be so in place.</summary>
    private (Tensor Q, Tensor K, Tensor V) PlainHeads(Tensor qkv, RotaryEmbedding? rotary)
    {
        Tensor qk = qkv.narrow(2, 0, 2);                             // [n, m, 2, H, D]
        if (_qNorm is not null && _kNorm is not null)
            qk = RmsNorm.Apply(qk, stack([_qNorm.Weight, _kNorm.Weight]).unsqueeze(1));
        if (rotary is not null)
            qk = rotary.Rotate(qk);
        return (qk.select(2, 0).transpose(1, 2), qk.select(2, 1).transpose(1, 2), qkv.select(2, 2).transpose(1, 2));
    }

    private sealed class HeadNorm : nn.Module
    {
        [ComponentName(Name = "weight")] public readonly Parameter Weight;

        public HeadNorm(ParameterSource p, int size) : base(nameof(HeadNorm))
        {
            Weight = p.Get("weight", size);
            RegisterComponents();
        }
    }
}
