using OpenSora.Inference.Layers;
using OpenSora.Inference.Weights;
using static TorchSharp.torch;

namespace OpenSora.Inference.Decoding.Spatial;

/// <summary>x + conv2(silu(norm2(conv1(silu(norm1(x)))))), the x through a 1×1 convolution where the channels change.</summary>
internal sealed class ResnetBlock : nn.Module<Tensor, Tensor>
{
    private readonly GroupNorm norm1;
    private readonly Conv2d conv1;
    private readonly GroupNorm norm2;
    private readonly Conv2d conv2;
    private readonly Conv2d? conv_shortcut;

    public ResnetBlock(ParameterSource p, SpatialVaeConfig config, long inChannels, long outChannels) : base(nameof(ResnetBlock))
    {
        norm1 = new GroupNorm(p["norm1"], config.NormNumGroups, inChannels, SpatialVae.NormEpsilon);
        conv1 = new Conv2d(p["conv1"], inChannels, outChannels, kernel: 3, padding: 1);
        norm2 = new GroupNorm(p["norm2"], config.NormNumGroups, outChannels, SpatialVae.NormEpsilon);
        conv2 = new Conv2d(p["conv2"], outChannels, outChannels, kernel: 3, padding: 1);
        if (inChannels != outChannels)
            conv_shortcut = new Conv2d(p["conv_shortcut"], inChannels, outChannels, kernel: 1);
        RegisterComponents();
    }

    /// <param name="x">[F, in, h, w]</param>
    /// <returns>[F, out, h, w]</returns>
    public override Tensor forward(Tensor x)
    {
        using Tensor hidden = Activations.NormSiluConvolve(norm1, conv1, x);
        Tensor change = Activations.NormSiluConvolve(norm2, conv2, hidden);
        if (conv_shortcut is null)
            return change.add_(x);
        using Tensor shortcut = conv_shortcut.forward(x);
        return change.add_(shortcut);
    }
}
