using OpenSora.Inference.Layers;
using OpenSora.Inference.Weights;
using OpenSora.Layout.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using GroupNorm = OpenSora.Inference.Layers.GroupNorm;

namespace OpenSora.Inference.Decoding.Temporal;

/// <summary>Latent frames of a chunk, after the 1×1×1 convolution, to its frames.</summary>
internal sealed class TemporalDecoder : nn.Module<Tensor, Tensor>
{
    private readonly CausalConv3d conv1;
    private readonly ModuleList<TemporalResBlock> res_blocks;
    private readonly ModuleList<DecoderStage> stages = [];
    private readonly GroupNorm norm1;
    private readonly CausalConv3d conv_out;

    public TemporalDecoder(ParameterSource p, TemporalVaeConfig config) : base(nameof(TemporalDecoder))
    {
        long channels = config.Channels(config.Levels - 1);
        conv1 = new CausalConv3d(p["conv1"], config.LatentEmbedDim, channels, kernel: 3);
        res_blocks = TemporalResBlock.Run(p["res_blocks"], config, channels, channels);
        for (int level = config.Levels - 1; level >= 0; level--)
            stages.Add(new DecoderStage(p, config, level));
        norm1 = new GroupNorm(p["norm1"], config.NumGroups, config.Channels(0), TemporalVae.NormEpsilon);
        conv_out = new CausalConv3d(p["conv_out"], config.Channels(0), config.InOutChannels, kernel: 3);
        RegisterComponents();
    }

    /// <param name="x">[B, 4, Tz, h, w]</param>
    /// <returns>[B, 4, 4·Tz, h, w]</returns>
    public override Tensor forward(Tensor x)
    {
        Tensor h = conv1.forward(x);
        foreach (TemporalResBlock block in res_blocks)
            h = block.Consume(h);
        foreach (DecoderStage stage in stages)
            h = stage.Consume(h);
        using (h)
            return Activations.NormSiluConvolve(norm1, conv_out, h);
    }

    /// <summary>The residual blocks of one level, then twice the frames where the level below halved them.</summary>
    private sealed class DecoderStage : nn.Module<Tensor, Tensor>
    {
        private readonly ModuleList<TemporalResBlock> blocks;
        private readonly CausalConv3d? upsampler;

        public DecoderStage(ParameterSource p, TemporalVaeConfig config, int level) : base(nameof(DecoderStage))
        {
            long previous = config.Channels(Math.Min(level + 1, config.Levels - 1)), channels = config.Channels(level);
            blocks = TemporalResBlock.Run(p[$"block_res_blocks.{level}"], config, previous, channels);
            if (level > 0 && config.Downsamples(level - 1))
                upsampler = new CausalConv3d(p[$"conv_blocks.{level - 1}"], channels, 2 * channels, kernel: 3);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            Tensor h = blocks[0].forward(x);
            foreach (TemporalResBlock block in blocks.Skip(1))
                h = block.Consume(h);
            if (upsampler is null)
                return h;
            using Tensor pairs = upsampler.Consume(h);
            return ChannelsToFrames(pairs);
        }
    }

    /// <summary>[B, 2C, T, h, w] to [B, C, 2T, h, w]: channel 2c + s of frame t becomes channel c of frame 2t + s.</summary>
    internal static Tensor ChannelsToFrames(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        long batch = x.shape[0], channels = x.shape[1] / 2, frames = x.shape[2], height = x.shape[3], width = x.shape[4];
        return x.view(batch, channels, 2, frames, height, width).transpose(2, 3)
            .reshape(batch, channels, 2 * frames, height, width).MoveToOuterDisposeScope();
    }
}
