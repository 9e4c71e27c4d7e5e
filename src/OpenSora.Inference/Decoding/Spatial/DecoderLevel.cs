using OpenSora.Inference.Layers;
using OpenSora.Inference.Weights;
using OpenSora.Layout.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Conv2d = OpenSora.Inference.Layers.Conv2d;

namespace OpenSora.Inference.Decoding.Spatial;

/// <summary>One level of the decoder (diffusers' UpDecoderBlock2D): residual blocks, then twice the height and width.</summary>
internal sealed class DecoderLevel : nn.Module<Tensor, Tensor>
{
    private readonly ModuleList<ResnetBlock> resnets = [];
    private readonly Conv2d? upsampler;

    public DecoderLevel(ParameterSource p, SpatialVaeConfig config, long inChannels, long outChannels, bool upsample)
        : base(nameof(DecoderLevel))
    {
        for (int i = 0; i <= config.LayersPerBlock; i++)
            resnets.Add(new ResnetBlock(p[$"resnets.{i}"], config, i == 0 ? inChannels : outChannels, outChannels));
        if (upsample)
            upsampler = new Conv2d(p["upsamplers.0.conv"], outChannels, outChannels, kernel: 3, before: 1, after: 1);
        RegisterComponents();
    }

    /// <param name="x">[F, in, h, w]</param>
    /// <returns>[F, out, 2h, 2w], or [F, out, h, w] at the last level.</returns>
    public override Tensor forward(Tensor x)
    {
        Tensor h = resnets[0].forward(x);
        foreach (ResnetBlock resnet in resnets.Skip(1))
            h = resnet.Consume(h);
        if (upsampler is null)
            return h;
        using (h)
            return RowBands.Convolve(upsampler, ImageRows.Doubled(h));
    }
}
