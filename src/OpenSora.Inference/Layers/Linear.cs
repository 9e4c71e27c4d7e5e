using OpenSora.Inference.Weights;
using OpenSora.Torch;
using TorchSharp.Utils;
using static TorchSharp.torch;
using GELU = TorchSharp.Modules.GELU;
using Parameter = TorchSharp.Modules.Parameter;

namespace OpenSora.Inference.Layers;

/// <summary>
/// A linear layer of a checkpoint: <c>x · weightᵀ + bias</c> over the last dimension. A weight that is held in a narrower type
/// than the input is widened for the call.
/// </summary>
public sealed class Linear : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")] private readonly Parameter _weight; // [out, in]
    [ComponentName(Name = "bias")] private readonly Parameter? _bias;    // [out]

    public Linear(ParameterSource p, long inFeatures, long outFeatures, bool bias = true) : base(nameof(Linear))
    {
        _weight = p.GetMatrix("weight", outFeatures, inFeatures);
        _bias = bias ? p.Get("bias", outFeatures) : null;
        RegisterComponents();
    }

    /// <summary>[…, in] → […, out].</summary>
    public override Tensor forward(Tensor x)
    {
        if (_weight.dtype == x.dtype)
            return nn.functional.linear(x, _weight, _bias);
        using Tensor wide = _weight.to(x.dtype);
        return nn.functional.linear(x, wide, _bias);
    }

    /// <summary>GELU, in its tanh form, of what the layer gives.</summary>
    public Tensor Gelu(Tensor x)
    {
        if (!FusedKernels.CanTake(x, _weight, _bias))
            return nn.functional.gelu(forward(x), GELU.Approximate.tanh);
        // Torch would write the bias first and add the product to it: a pass over the widest tensor of a block.
        Tensor y = nn.functional.linear(x, _weight);
        FusedKernels.Gelu(y, _bias);
        return y;
    }
}
