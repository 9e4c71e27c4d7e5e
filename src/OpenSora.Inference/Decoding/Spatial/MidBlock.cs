using OpenSora.Inference.Layers;
using OpenSora.Inference.Weights;
using OpenSora.Layout.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OpenSora.Inference.Decoding.Spatial;

/// <summary>The lowest level of encoder and decoder: residual block, attention, residual block.</summary>
internal sealed class MidBlock : nn.Module<Tensor, Tensor>
{
    private readonly ModuleList<ResnetBlock> resnets;
    private readonly ModuleList<MidAttention> attentions;

    public MidBlock(ParameterSource p, SpatialVaeConfig config) : base(nameof(MidBlock))
    {
        long channels = config.BlockOutChannels[^1];
        resnets = new ModuleList<ResnetBlock>(
            new ResnetBlock(p["resnets.0"], config, channels, channels),
            new ResnetBlock(p["resnets.1"], config, channels, channels));
        attentions = new ModuleList<MidAttention>(new MidAttention(p["attentions.0"], config, channels));
        RegisterComponents();
    }

    /// <param name="x">[F, C, h, w]</param>
    /// <returns>[F, C, h, w]</returns>
    public override Tensor forward(Tensor x)
    {
        Tensor h = attentions[0].Consume(resnets[0].forward(x));
        return resnets[1].Consume(h);
    }
}
