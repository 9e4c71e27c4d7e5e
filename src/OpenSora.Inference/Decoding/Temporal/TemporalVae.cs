using OpenSora.Inference.Layers;
using OpenSora.Inference.Weights;
using OpenSora.Layout.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Decoding.Temporal;

/// <summary>
/// The autoencoder over time: four frames of the per-frame autoencoder's latents become one (Open-Sora 1.2's VAE_Temporal,
/// after MAGVIT-2, arXiv 2310.05737). It works on one chunk; its group norms run over all frames of the chunk, so the
/// result depends on how a clip is cut into chunks.
/// </summary>
public sealed class TemporalVae : nn.Module
{
    internal const double NormEpsilon = 1e-5;

    private readonly TemporalEncoder encoder;
    private readonly TemporalDecoder decoder;
    private readonly CausalConv3d quant_conv;
    private readonly CausalConv3d post_quant_conv;

    public TemporalVae(ParameterSource p, TemporalVaeConfig config) : base(nameof(TemporalVae))
    {
        Config = config;
        encoder = new TemporalEncoder(p["encoder"], config);
        decoder = new TemporalDecoder(p["decoder"], config);
        quant_conv = new CausalConv3d(p["quant_conv"], 2 * config.LatentEmbedDim, 2 * config.EmbedDim, kernel: 1);
        post_quant_conv = new CausalConv3d(p["post_quant_conv"], config.EmbedDim, config.LatentEmbedDim, kernel: 1);
        RegisterComponents();
    }

    public TemporalVaeConfig Config { get; }

    /// <summary>Means and log-variances of a chunk's latent. Zeros in front fill the frames up to a multiple of 4.</summary>
    /// <param name="x">[B, 4, T, h, w]</param>
    /// <returns>[B, 8, ⌈T/4⌉, h, w]</returns>
    public Tensor Moments(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        long front = Padding(x.shape[2]);
        Tensor padded = front == 0 ? x : nn.functional.pad(x, [0L, 0L, 0L, 0L, front, 0L]);
        return quant_conv.Consume(encoder.forward(padded)).MoveToOuterDisposeScope();
    }

    /// <summary>The latent drawn from a chunk's posterior.</summary>
    /// <param name="x">[B, 4, T, h, w]</param>
    /// <param name="noise">Standard normal, [B, 4, ⌈T/4⌉, h, w]; null for the mean.</param>
    /// <returns>[B, 4, ⌈T/4⌉, h, w]</returns>
    public Tensor Encode(Tensor x, Tensor? noise)
    {
        using DisposeScope scope = NewDisposeScope();
        return Posterior.Sample(Moments(x), noise).MoveToOuterDisposeScope();
    }

    /// <summary>The frames of a chunk: of the 4·Tz decoded ones those in front that encoding had filled up are dropped.</summary>
    /// <param name="z">[B, 4, Tz, h, w]</param>
    /// <param name="frames">Frames of the chunk, in (4·(Tz-1), 4·Tz].</param>
    /// <returns>[B, 4, frames, h, w]</returns>
    public Tensor Decode(Tensor z, int frames)
    {
        if (Config.LatentFrames(frames) != z.shape[2])
            throw new ArgumentException($"{frames} frames have {Config.LatentFrames(frames)} latent frames, not {z.shape[2]}", nameof(frames));
        using DisposeScope scope = NewDisposeScope();
        Tensor decoded = decoder.Consume(post_quant_conv.forward(z));
        return decoded.narrow(2, Padding(frames), frames).MoveToOuterDisposeScope();
    }

    private long Padding(long frames) => Config.LatentFrames((int)frames) * Config.Downsampling - frames;
}
