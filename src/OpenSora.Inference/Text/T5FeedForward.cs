using OpenSora.Inference.Layers;
using OpenSora.Inference.Weights;
using OpenSora.Layout.Models;
using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Text;

/// <summary>wo(gelu(wi_0 x) · wi_1 x), without biases (Shazeer, arXiv 2002.05202).</summary>
internal sealed class T5FeedForward : nn.Module<Tensor, Tensor>
{
    private readonly Linear wi_0;
    private readonly Linear wi_1;
    private readonly Linear wo;

    public T5FeedForward(ParameterSource p, T5EncoderConfig config) : base(nameof(T5FeedForward))
    {
        wi_0 = new Linear(p["wi_0"], config.DModel, config.DFf, bias: false);
        wi_1 = new Linear(p["wi_1"], config.DModel, config.DFf, bias: false);
        wo = new Linear(p["wo"], config.DFf, config.DModel, bias: false);
        RegisterComponents();
    }

    /// <param name="x">[L, d_model]</param>
    /// <returns>[L, d_model]</returns>
    public override Tensor forward(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        return wo.forward(Gelu(wi_0.forward(x)) * wi_1.forward(x)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The tanh form of GELU (Hendrycks and Gimpel, arXiv 1606.08415), one operation at a time: in half precision the
    /// reference rounds after each of them.
    /// </summary>
    private static Tensor Gelu(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor inner = x.Plus(x.ToThe(3).Times(0.044715)).Times(Math.Sqrt(2 / Math.PI));
        return (x.Times(0.5) * inner.tanh().Plus(1)).MoveToOuterDisposeScope();
    }
}
