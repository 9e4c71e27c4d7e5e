using OpenSora.Inference.Weights;
using OpenSora.Layout.Models;
using OpenSora.Torch;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OpenSora.Inference.Text;

/// <summary>x / √(mean(x²) + ε) · weight over the channels (Zhang and Sennrich, arXiv 1910.07467), the first part in float32.</summary>
internal sealed class T5LayerNorm : nn.Module<Tensor, Tensor>
{
    private readonly Parameter weight;
    private readonly double _epsilon;

    public T5LayerNorm(ParameterSource p, T5EncoderConfig config) : base(nameof(T5LayerNorm))
    {
        weight = p.Get("weight", config.DModel);
        _epsilon = config.LayerNormEpsilon;
        RegisterComponents();
    }

    /// <param name="x">[L, d_model]</param>
    public override Tensor forward(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor exact = x.to(ScalarType.Float32);
        Tensor normed = exact * exact.Squared().mean([-1L], keepdim: true).Plus(_epsilon).rsqrt();
        return (weight * normed.to(weight.dtype)).MoveToOuterDisposeScope();
    }
}
