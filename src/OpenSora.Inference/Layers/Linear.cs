using OpenSora.Inference.Weights;
using TorchSharp.Utils;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace OpenSora.Inference.Layers;

/// <summary>A linear layer of a checkpoint: <c>x · weightᵀ + bias</c> over the last dimension.</summary>
public sealed class Linear : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")] private readonly Parameter _weight; // [out, in]
    [ComponentName(Name = "bias")] private readonly Parameter? _bias;    // [out]

    public Linear(ParameterSource p, long inFeatures, long outFeatures, bool bias = true) : base(nameof(Linear))
    {
        _weight = p.Get("weight", outFeatures, inFeatures);
        _bias = bias ? p.Get("bias", outFeatures) : null;
        RegisterComponents();
    }

    /// <summary>[…, in] → […, out].</summary>
    public override Tensor forward(Tensor x) => nn.functional.linear(x, _weight, _bias);
}
