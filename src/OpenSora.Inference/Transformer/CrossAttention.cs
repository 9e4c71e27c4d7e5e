using OpenSora.Inference.Layers;
using OpenSora.Inference.Weights;
using OpenSora.Layout.Models;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace OpenSora.Inference.Transformer;

/// <summary>Keys and values of a prompt for one cross-attention. L tokens, H heads of D channels.</summary>
/// <param name="Keys">[1, H, L, D]</param>
/// <param name="Values">[1, H, L, D]</param>
internal sealed record KeysValues(Tensor Keys, Tensor Values);

/// <summary>
/// Attention of every token to the prompt. The original packs the prompts of a batch and masks them against each other;
/// with samples and halves of guidance computed one by one there is nothing to mask.
/// </summary>
internal sealed class CrossAttention : nn.Module
{
    private readonly int _heads, _headSize;
    [ComponentName(Name = "q_linear")] private readonly Linear _qLinear;
    [ComponentName(Name = "kv_linear")] private readonly Linear _kvLinear;
    [ComponentName(Name = "proj")] private readonly Linear _proj;

    public CrossAttention(ParameterSource p, STDiT3Config config) : base(nameof(CrossAttention))
    {
        (_heads, _headSize) = (config.NumHeads, config.HeadSize);
        _qLinear = new Linear(p["q_linear"], config.HiddenSize, config.HiddenSize);
        _kvLinear = new Linear(p["kv_linear"], config.HiddenSize, 2 * config.HiddenSize);
        _proj = new Linear(p["proj"], config.HiddenSize, config.HiddenSize);
        RegisterComponents();
    }

    /// <summary>Keys and values of a prompt's tokens [L, C]; they do not depend on the timestep.</summary>
    public KeysValues Prompt(Tensor y)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor kv = _kvLinear.forward(y).view(y.shape[0], 2, _heads, _headSize);
        Tensor keys = kv.select(1, 0).transpose(0, 1).unsqueeze(0);
        Tensor values = kv.select(1, 1).transpose(0, 1).unsqueeze(0);
        return new KeysValues(keys.contiguous().MoveToOuterDisposeScope(), values.contiguous().MoveToOuterDisposeScope());
    }

    /// <summary>[rows, C] → [rows, C]</summary>
    public Tensor forward(Tensor x, KeysValues prompt)
    {
        long rows = x.shape[0];
        Tensor q = _qLinear.forward(x).view(1, rows, _heads, _headSize).transpose(1, 2);
        Tensor attended = Attention.Attend(q, prompt.Keys, prompt.Values); // [1, H, rows, D]
        return _proj.forward(attended.transpose(1, 2).reshape(rows, -1));
    }
}
