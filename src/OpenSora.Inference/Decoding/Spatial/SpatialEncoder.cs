using OpenSora.Inference.Layers;
using OpenSora.Inference.Weights;
using OpenSora.Layout.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Conv2d = OpenSora.Inference.Layers.Conv2d;
using GroupNorm = OpenSora.Inference.Layers.GroupNorm;

namespace OpenSora.Inference.Decoding.Spatial;

/// <summary>Frames to the moments of their latents, before the 1×1 convolution.</summary>
internal sealed class SpatialEncoder : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d conv_in;
    private readonly ModuleList<EncoderLevel> down_blocks = [];
    private readonly MidBlock mid_block;
    private readonly GroupNorm conv_norm_out;
    private readonly Conv2d conv_out;

    public SpatialEncoder(ParameterSource p, SpatialVaeConfig config) : base(nameof(SpatialEncoder))
    {
        IReadOnlyList<long> channels = config.BlockOutChannels;
        conv_in = new Conv2d(p["conv_in"], config.InChannels, channels[0], kernel: 3, before: 1, after: 1);
        for (int i = 0; i < channels.Count; i++)
            down_blocks.Add(new EncoderLevel(
                p[$"down_blocks.{i}"], config, channels[Math.Max(i - 1, 0)], channels[i], downsample: i < channels.Count - 1));
        mid_block = new MidBlock(p["mid_block"], config);
        conv_norm_out = new GroupNorm(p["conv_norm_out"], config.NormNumGroups, channels[^1], SpatialVae.NormEpsilon);
        conv_out = new Conv2d(p["conv_out"], channels[^1], 2 * config.LatentChannels, kernel: 3, before: 1, after: 1);
        RegisterComponents();
    }

    /// <param name="x">[F, 3, H, W]</param>
    /// <returns>[F, 8, ⌊H/8⌋, ⌊W/8⌋]</returns>
    public override Tensor forward(Tensor x)
    {
        Tensor h = conv_in.forward(x);
        foreach (EncoderLevel level in down_blocks)
            h = level.Consume(h);
        using Tensor middle = mid_block.Consume(h);
        return Activations.NormSiluConvolve(conv_norm_out, conv_out, middle);
    }
}
