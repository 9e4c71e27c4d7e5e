using OpenSora.Inference.Layers;
using OpenSora.Inference.Weights;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace OpenSora.Inference.Transformer;

/// <summary>Two linear layers with GELU in its tanh form between them.</summary>
internal sealed class Mlp : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "fc1")] private readonly Linear _fc1;
    [ComponentName(Name = "fc2")] private readonly Linear _fc2;

    public Mlp(ParameterSource p, long inFeatures, long hiddenFeatures, long outFeatures) : base(nameof(Mlp))
    {
        _fc1 = new Linear(p["fc1"], inFeatures, hiddenFeatures);
        _fc2 = new Linear(p["fc2"], hiddenFeatures, outFeatures);
        RegisterComponents();
    }

    /// <summary>[rows, in] → [rows, out].</summary>
    public override Tensor forward(Tensor x) => _fc2.forward(_fc1.Gelu(x));
}
