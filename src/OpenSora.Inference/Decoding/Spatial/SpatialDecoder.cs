using OpenSora.Inference.Layers;
using OpenSora.Inference.Weights;
using OpenSora.Layout.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Conv2d = OpenSora.Inference.Layers.Conv2d;
using GroupNorm = OpenSora.Inference.Layers.GroupNorm;

namespace OpenSora.Inference.Decoding.Spatial;

/// <summary>Latent frames, after the 1×1 convolution, to pixels.</summary>
internal sealed class SpatialDecoder : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d conv_in;
    private readonly MidBlock mid_block;
    private readonly ModuleList<DecoderLevel> up_blocks = [];
    private readonly GroupNorm conv_norm_out;
    private readonly Conv2d conv_out;

    public SpatialDecoder(ParameterSource p, SpatialVaeConfig config) : base(nameof(SpatialDecoder))
    {
        long[] channels = [.. config.BlockOutChannels.Reverse()];
        conv_in = new Conv2d(p["conv_in"], config.LatentChannels, channels[0], kernel: 3, before: 1, after: 1);
        mid_block = new MidBlock(p["mid_block"], config);
        for (int i = 0; i < channels.Length; i++)
            up_blocks.Add(new DecoderLevel(
                p[$"up_blocks.{i}"], config, channels[Math.Max(i - 1, 0)], channels[i], upsample: i < channels.Length - 1));
        conv_norm_out = new GroupNorm(p["conv_norm_out"], config.NormNumGroups, channels[^1], SpatialVae.NormEpsilon);
        conv_out = new Conv2d(p["conv_out"], channels[^1], config.OutChannels, kernel: 3, before: 1, after: 1);
        RegisterComponents();
    }

    /// <param name="x">[F, 4, h, w]</param>
    /// <returns>[F, 3, 8h, 8w]</returns>
    public override Tensor forward(Tensor x)
    {
        Tensor h = mid_block.Consume(conv_in.forward(x));
        foreach (DecoderLevel level in up_blocks)
            h = level.Consume(h);
        using (h)
            return Activations.NormSiluConvolve(conv_norm_out, conv_out, h);
    }
}
