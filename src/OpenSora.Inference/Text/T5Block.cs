using OpenSora.Inference.Weights;
using OpenSora.Layout.Models;
using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Text;

/// <summary>One block of the encoder: attention and feed-forward layer, each normed before and in a residual branch.</summary>
internal sealed class T5Block : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly T5LayerNorm attentionNorm;
    private readonly T5Attention attention;
    private readonly T5LayerNorm feedForwardNorm;
    private readonly T5FeedForward feedForward;

    public T5Block(ParameterSource p, T5EncoderConfig config) : base(nameof(T5Block))
    {
        attentionNorm = new T5LayerNorm(p["layer.0.layer_norm"], config);
        attention = new T5Attention(p["layer.0.SelfAttention"], config);
        feedForwardNorm = new T5LayerNorm(p["layer.1.layer_norm"], config);
        feedForward = new T5FeedForward(p["layer.1.DenseReluDense"], config);
        RegisterComponents();
    }

    /// <param name="x">[L, d_model]</param>
    /// <param name="bias">[heads, L, L], with the mask in it.</param>
    /// <returns>[L, d_model]</returns>
    public override Tensor forward(Tensor x, Tensor bias)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor attended = x.Plus(attention.forward(attentionNorm.forward(x), bias));
        return attended.Plus(feedForward.forward(feedForwardNorm.forward(attended))).MoveToOuterDisposeScope();
    }
}
