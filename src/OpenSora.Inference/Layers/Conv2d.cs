using OpenSora.Inference.Weights;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OpenSora.Inference.Layers;

/// <summary>A 2D convolution with a square kernel and bias: [B, in, h, w] to [B, out, h', w'].</summary>
public sealed class Conv2d : nn.Module<Tensor, Tensor>
{
    private readonly Parameter weight;
    private readonly Parameter bias;
    private readonly long[] _stride;
    private readonly long[] _padding;

    /// <param name="p">Has <c>weight</c> [out, in, kernel, kernel] and <c>bias</c> [out].</param>
    /// <param name="padding">Zeros on each of the four sides.</param>
    public Conv2d(ParameterSource p, long inChannels, long outChannels, long kernel, long stride = 1, long padding = 0)
        : base(nameof(Conv2d))
    {
        weight = p.Get("weight", outChannels, inChannels, kernel, kernel);
        bias = p.Get("bias", outChannels);
        _stride = [stride, stride];
        _padding = [padding, padding];
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => nn.functional.conv2d(x, weight, bias, _stride, _padding);
}
