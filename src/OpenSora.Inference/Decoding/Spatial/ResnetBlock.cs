using OpenSora.Inference.Layers;
using OpenSora.Inference.Weights;
using OpenSora.Layout.Models;
using OpenSora.Torch;
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
        conv1 = new Conv2d(p["conv1"], inChannels, outChannels, kernel: 3, before: 1, after: 1);
        norm2 = new GroupNorm(p["norm2"], config.NormNumGroups, outChannels, SpatialVae.NormEpsilon);
        conv2 = new Conv2d(p["conv2"], outChannels, outChannels, kernel: 3, before: 1, after: 1);
        if (inChannels != outChannels)
            conv_shortcut = new Conv2d(p["conv_shortcut"], inChannels, outChannels, kernel: 1);
        RegisterComponents();
    }

    /// <param name="x">[F, in, h, w]</param>
    /// <returns>[F, out, h, w]</returns>
    public override Tensor forward(Tensor x)
    {
        Tensor change;
        using (Tensor hidden = Activations.NormSiluConvolve(norm1, conv1, x))
            change = Activations.NormSiluConvolve(norm2, conv2, hidden);
        return conv_shortcut is null ? change.Add(x) : RowBands.Convolve(conv_shortcut, ImageRows.Of(x), sum: change);
    }
}
