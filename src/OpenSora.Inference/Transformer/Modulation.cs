using OpenSora.Inference.Sharding;
using OpenSora.Layout.Units;
using OpenSora.Torch;
using static TorchSharp.torch;

namespace OpenSora.Inference.Transformer;

/// <summary>
/// Adaptive layer normalisation: the layer norm has no weights, the timestep scales and shifts instead
/// (adaLN of https://arxiv.org/abs/2212.09748).
/// </summary>
/// <param name="Shift">[C] for all frames alike, or per frame with dimensions that fit tokens [n, m, C].</param>
/// <param name="Scale">One plus the scale, of the same shape.</param>
internal sealed record Modulation(Tensor Shift, Tensor Scale)
{
    private const double Epsilon = 1e-6;

    /// <summary>LN(x) · scale + shift over the last dimension of [n, m, C].</summary>
    public Tensor Normalise(Tensor x)
    {
        if (FusedKernels.CanTake(x, Scale, Shift))
            return FusedKernels.Modulate(x, Scale, Shift, Epsilon);

        long[] channels = [x.shape[^1]];
        // Alike for all tokens, scale and shift are a layer norm's weight and bias: one pass instead of two.
        return Shift.ndim == 1
            ? nn.functional.layer_norm(x, channels, Scale, Shift, Epsilon)
            : Shift.PlusProduct(nn.functional.layer_norm(x, channels, eps: Epsilon), Scale);
    }
}

/// <summary>What the timestep does in one block: modulation before self-attention and before the MLP, a gate after each.</summary>
internal sealed class BlockModulation
{
    private readonly Tensor _rows; // [6, C] for all frames alike, else [6, T, C]

    private BlockModulation(Tensor rows) => _rows = rows;

    /// <summary>Those of all blocks for a timestep, in a few operations.</summary>
    /// <param name="tables">The blocks' own shares, [6, C] each.</param>
    /// <returns>One that is made when its block begins, for each table.</returns>
    public static IReadOnlyList<Func<BlockModulation>> OfAll(IEnumerable<Tensor> tables, TimeEmbedding time)
    {
        Tensor all = time.Blocks.Plus(stack(tables).unsqueeze(1));                // [blocks, times, 6, C]
        all.unflatten(2, 2, 3).select(3, 1).Add(1);                               // one plus each scale
        return [.. Enumerable.Range(0, (int)all.shape[0]).Select(i => (Func<BlockModulation>)(() => new BlockModulation(time.Rows is null
            ? all[i, 0]
            : all[i].index_select(0, time.Rows).transpose(0, 1).contiguous())))];
    }

    /// <summary>For the tokens of one unit.</summary>
    public (Modulation Attention, Tensor AttentionGate, Modulation Mlp, Tensor MlpGate) Of(Tokens unit)
    {
        // Shift, scale, gate for attention, then for the MLP. Per frame they are [n, 1, C] for frames, [T, C] for positions.
        Tensor Row(int i) => (_rows.ndim, unit.Layout) switch
        {
            (2, _) => _rows.select(0, i),
            (_, TokenLayout.Frames) => _rows.select(0, i).narrow(0, unit.First, unit.Run.Count).unsqueeze(1),
            _ => _rows.select(0, i),
        };
        return (new Modulation(Row(0), Row(1)), Row(2), new Modulation(Row(3), Row(4)), Row(5));
    }
}
