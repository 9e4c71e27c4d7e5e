using OpenSora.Inference.Layers;
using OpenSora.Inference.Weights;
using OpenSora.Layout.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Text;

/// <summary>T5's self-attention: no biases in the projections, scores not scaled, a bias for each relative position instead.</summary>
internal sealed class T5Attention : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly Linear q;
    private readonly Linear k;
    private readonly Linear v;
    private readonly Linear o;
    private readonly int _heads;

    public T5Attention(ParameterSource p, T5EncoderConfig config) : base(nameof(T5Attention))
    {
        q = new Linear(p["q"], config.DModel, config.Inner, bias: false);
        k = new Linear(p["k"], config.DModel, config.Inner, bias: false);
        v = new Linear(p["v"], config.DModel, config.Inner, bias: false);
        o = new Linear(p["o"], config.Inner, config.DModel, bias: false);
        _heads = config.NumHeads;
        RegisterComponents();
    }

    /// <param name="x">[L, d_model]</param>
    /// <param name="bias">[heads, L, L], with the mask in it.</param>
    /// <returns>[L, d_model]</returns>
    public override Tensor forward(Tensor x, Tensor bias)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] queries = Heads(q.forward(x)), keys = Heads(k.forward(x)), values = Heads(v.forward(x));
        List<Tensor> heads = [];
        for (int head = 0; head < _heads; head++)
        {
            using Tensor headBias = bias[head];
            heads.Add(BlockedAttention.Attend(queries[head], keys[head], values[head], scale: 1, headBias));
        }
        return o.forward(cat(heads, -1)).MoveToOuterDisposeScope();
    }

    private Tensor[] Heads(Tensor x) => x.chunk(_heads, -1); // [L, d_kv] each
}
