using OpenSora.Inference.Layers;
using OpenSora.Inference.Weights;
using OpenSora.Layout.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Conv2d = OpenSora.Inference.Layers.Conv2d;

namespace OpenSora.Inference.Decoding.Spatial;

/// <summary>One level of the encoder (diffusers' DownEncoderBlock2D): residual blocks, then half the height and width.</summary>
internal sealed class EncoderLevel : nn.Module<Tensor, Tensor>
{
    private readonly ModuleList<ResnetBlock> resnets = [];
    private readonly Conv2d? downsampler;

    public EncoderLevel(ParameterSource p, SpatialVaeConfig config, long inChannels, long outChannels, bool downsample)
        : base(nameof(EncoderLevel))
    {
        for (int i = 0; i < config.LayersPerBlock; i++)
            resnets.Add(new ResnetBlock(p[$"resnets.{i}"], config, i == 0 ? inChannels : outChannels, outChannels));
        // Zeros on the right and at the bottom only: with them the centres of the kernels are those of training.
        if (downsample)
            downsampler = new Conv2d(p["downsamplers.0.conv"], outChannels, outChannels, kernel: 3, stride: 2, after: 1);
        RegisterComponents();
    }

    /// <param name="x">[F, in, h, w]</param>
    /// <returns>[F, out, ⌊h/2⌋, ⌊w/2⌋], or [F, out, h, w] at the last level.</returns>
    public override Tensor forward(Tensor x)
    {
        Tensor h = resnets[0].forward(x);
        foreach (ResnetBlock resnet in resnets.Skip(1))
            h = resnet.Consume(h);
        if (downsampler is null)
            return h;
        using (h)
            return RowBands.Convolve(downsampler, ImageRows.Of(h));
    }
}
