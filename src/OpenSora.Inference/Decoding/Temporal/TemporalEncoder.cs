using OpenSora.Inference.Layers;
using OpenSora.Inference.Weights;
using OpenSora.Layout.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;
using GroupNorm = OpenSora.Inference.Layers.GroupNorm;

namespace OpenSora.Inference.Decoding.Temporal;

/// <summary>Frames of a chunk to the moments of its latent frames, before the 1×1×1 convolution.</summary>
internal sealed class TemporalEncoder : nn.Module<Tensor, Tensor>
{
    private readonly CausalConv3d conv_in;
    private readonly ModuleList<EncoderStage> stages = [];
    private readonly ModuleList<TemporalResBlock> res_blocks;
    private readonly GroupNorm norm1;
    private readonly CausalConv3d conv2;

    public TemporalEncoder(ParameterSource p, TemporalVaeConfig config) : base(nameof(TemporalEncoder))
    {
        conv_in = new CausalConv3d(p["conv_in"], config.InOutChannels, config.Filters, kernel: 3, hasBias: false);
        for (int level = 0; level < config.Levels; level++)
            stages.Add(new EncoderStage(p, config, level));
        long channels = config.Channels(config.Levels - 1);
        res_blocks = TemporalResBlock.Run(p["res_blocks"], config, channels, channels);
        norm1 = new GroupNorm(p["norm1"], config.NumGroups, channels, TemporalVae.NormEpsilon);
        conv2 = new CausalConv3d(p["conv2"], channels, 2 * config.LatentEmbedDim, kernel: 1);
        RegisterComponents();
    }

    /// <param name="x">[B, 4, T, h, w], T a multiple of 4.</param>
    /// <returns>[B, 8, T/4, h, w]</returns>
    public override Tensor forward(Tensor x)
    {
        Tensor h = conv_in.forward(x);
        foreach (EncoderStage stage in stages)
            h = stage.Consume(h);
        foreach (TemporalResBlock block in res_blocks)
            h = block.Consume(h);
        using (h)
            return Activations.NormSiluConvolve(norm1, conv2, h);
    }

    /// <summary>The residual blocks of one level, then half the frames where the level says so.</summary>
    private sealed class EncoderStage : nn.Module<Tensor, Tensor>
    {
        private readonly ModuleList<TemporalResBlock> blocks;
        private readonly CausalConv3d? downsampler;

        public EncoderStage(ParameterSource p, TemporalVaeConfig config, int level) : base(nameof(EncoderStage))
        {
            long previous = level == 0 ? config.Filters : config.Channels(level - 1), channels = config.Channels(level);
            blocks = TemporalResBlock.Run(p[$"block_res_blocks.{level}"], config, previous, channels);
            if (config.Downsamples(level))
                downsampler = new CausalConv3d(p[$"conv_blocks.{level}"], channels, channels, kernel: 3, stride: 2);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            Tensor h = blocks[0].forward(x);
            foreach (TemporalResBlock block in blocks.Skip(1))
                h = block.Consume(h);
            return downsampler is null ? h : downsampler.Consume(h);
        }
    }
}
