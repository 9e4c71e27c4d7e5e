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

    /// <param name="p">Has <c>weight</c> [out, in, kernel, kernel] and <c>bias</c> [out].</param>
    /// <param name="before">Rows and columns of zeros above and to the left.</param>
    /// <param name="after">Rows and columns of zeros below and to the right.</param>
    public Conv2d(ParameterSource p, long inChannels, long outChannels, long kernel, long stride = 1, long before = 0, long after = 0)
        : base(nameof(Conv2d))
    {
        weight = p.Get("weight", outChannels, inChannels, kernel, kernel);
        bias = p.Get("bias", outChannels);
        (Kernel, Stride, Before, After) = (kernel, stride, before, after);
        _stride = [stride, stride];
        RegisterComponents();
    }

    internal long Kernel { get; }

    internal long Stride { get; }

    internal long Before { get; }

    internal long After { get; }

    internal Parameter Weight => weight;

    internal Parameter Bias => bias;

    public override Tensor forward(Tensor x)
    {
        if (Before == After)
            return Convolutions.Of(x, weight, bias, _stride, [Before, Before]);
        using Tensor padded = nn.functional.pad(x, [Before, After, Before, After]);
        return ConvolvePadded(padded);
    }

    /// <summary>The same over an input that has its zeros around it.</summary>
    internal Tensor ConvolvePadded(Tensor padded) => Convolutions.Of(padded, weight, bias, _stride);
}
