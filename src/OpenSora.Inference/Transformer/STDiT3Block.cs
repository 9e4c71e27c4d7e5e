using OpenSora.Inference.Sharding;
using OpenSora.Inference.Weights;
using OpenSora.Layout.Models;
using OpenSora.Torch;
using TorchSharp.Utils;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace OpenSora.Inference.Transformer;

/// <summary>
/// A transformer block: self-attention, cross-attention to the prompt, MLP. A spatial block attends among the patches of
/// a frame, a temporal one among the frames of a position; otherwise they are the same.
/// </summary>
internal sealed class STDiT3Block : nn.Module
{
    [ComponentName(Name = "scale_shift_table")] private readonly Parameter _scaleShiftTable;
    [ComponentName(Name = "attn")] private readonly SelfAttention _attn;
    [ComponentName(Name = "cross_attn")] private readonly CrossAttention _crossAttn;
    [ComponentName(Name = "mlp")] private readonly Mlp _mlp;

    public STDiT3Block(ParameterSource p, STDiT3Config config) : base(nameof(STDiT3Block))
    {
        _scaleShiftTable = p.Get("scale_shift_table", 6, config.HiddenSize);
        _attn = new SelfAttention(p["attn"], config);
        _crossAttn = new CrossAttention(p["cross_attn"], config);
        _mlp = new Mlp(p["mlp"], config.HiddenSize, config.MlpSize, config.HiddenSize);
        RegisterComponents();
    }

    /// <summary>What <see cref="BlockModulation"/> is made of, [6, C].</summary>
    public Tensor ScaleShiftTable => _scaleShiftTable;

    /// <summary>Keys and values of a prompt [L, C] for this block.</summary>
    public KeysValues Prompt(Tensor y) => _crossAttn.Prompt(y);

    /// <summary>The block on one unit, [n, m, C] → [n, m, C]. Nothing outside the unit is needed.</summary>
    /// <param name="rotary">For temporal blocks only.</param>
    /// <param name="probe">Sees the outputs of <c>attn</c> and <c>cross_attn</c>; null in a generation.</param>
    public Tensor forward(
        Tokens unit, BlockModulation modulation, KeysValues prompt, RotaryEmbedding? rotary, Action<string, Tensor>? probe)
    {
        Tensor attended = Attend(AttentionInput(unit, modulation), rotary);
        probe?.Invoke("attn", attended);
        return AfterAttention(unit, modulation, prompt, attended, null, read => probe?.Invoke("cross_attn", read));
    }

    /// <summary>What self-attention takes, [n, m, C], in whichever layout the unit is.</summary>
    public Tensor AttentionInput(Tokens unit, BlockModulation modulation) => modulation.Of(unit).Attention.Normalise(unit.Values);

    /// <summary>Self-attention among the m tokens of each of n, [n, m, C] → [n, m, C].</summary>
    public Tensor Attend(Tensor input, RotaryEmbedding? rotary) => _attn.forward(input, rotary);

    /// <summary>The rest of the block. It is per token, so the unit's layout does not matter.</summary>
    /// <param name="attended">The output of self-attention, [n, m, C].</param>
    /// <param name="read">The output of cross-attention, [n, m, C]; null to evaluate it.</param>
    /// <param name="evaluated">Sees it where it is evaluated.</param>
    public Tensor AfterAttention(
        Tokens unit, BlockModulation modulation, KeysValues prompt, Tensor attended, Tensor? read, Action<Tensor>? evaluated)
    {
        var (_, attentionGate, mlp, mlpGate) = modulation.Of(unit);
        Tensor x = unit.Values;
        long rows = x.shape[0] * x.shape[1], c = x.shape[2];
        x = x.PlusProduct(attentionGate, attended);

        // No norm, no modulation and no gate here.
        if (read is null)
        {
            read = _crossAttn.forward(x.view(rows, c), prompt).view(x.shape);
            evaluated?.Invoke(read);
        }
        x = x.Plus(read);

        Tensor mixed = _mlp.forward(mlp.Normalise(x).view(rows, c)).view(x.shape);
        return x.PlusProduct(mlpGate, mixed);
    }
}
