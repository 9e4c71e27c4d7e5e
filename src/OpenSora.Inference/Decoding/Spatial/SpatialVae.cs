using OpenSora.Inference.Layers;
using OpenSora.Inference.Weights;
using OpenSora.Layout.Decoding;
using OpenSora.Layout.Models;
using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Decoding.Spatial;

/// <summary>
/// The per-frame autoencoder: diffusers' AutoencoderKL (Rombach et al., arXiv 2112.10752) as Open-Sora wraps it. Frames
/// are independent of each other. F is a number of frames; H = 8h, W = 8w for the public checkpoint.
/// </summary>
public sealed class SpatialVae : nn.Module
{
    internal const double NormEpsilon = 1e-6;

    /// <summary>What <see cref="CacheRoom.Pass"/> is on devices without kernels of our own: four frames of 720p.</summary>
    private const long MostOnDevice = 4 * RowBands.OnDevice;

    private readonly SpatialEncoder encoder;
    private readonly SpatialDecoder decoder;
    private readonly Conv2d quant_conv;
    private readonly Conv2d post_quant_conv;

    /// <param name="p">The keys of a diffusers AutoencoderKL; older files through <see cref="AttentionKeys"/>.</param>
    public SpatialVae(ParameterSource p, SpatialVaeConfig config) : base(nameof(SpatialVae))
    {
        Config = config;
        encoder = new SpatialEncoder(p["encoder"], config);
        decoder = new SpatialDecoder(p["decoder"], config);
        quant_conv = new Conv2d(p["quant_conv"], 2 * config.LatentChannels, 2 * config.LatentChannels, kernel: 1);
        post_quant_conv = new Conv2d(p["post_quant_conv"], config.LatentChannels, config.LatentChannels, kernel: 1);
        RegisterComponents();
    }

    public SpatialVaeConfig Config { get; }

    /// <summary>Means and log-variances of the latents, without the scaling factor.</summary>
    /// <param name="x">[F, 3, H, W] in [-1, 1], any height and width of at least 8.</param>
    /// <returns>[F, 8, ⌊H/8⌋, ⌊W/8⌋]</returns>
    public Tensor Moments(Tensor x) => InPasses(x, x.shape[2] * x.shape[3], frames => quant_conv.Consume(encoder.forward(frames)));

    /// <summary>Scaled latents drawn from the frames' posteriors.</summary>
    /// <param name="x">[F, 3, H, W] in [-1, 1].</param>
    /// <param name="noise">Standard normal, [F, 4, ⌊H/8⌋, ⌊W/8⌋]; null for the means.</param>
    /// <returns>[F, 4, ⌊H/8⌋, ⌊W/8⌋]</returns>
    public Tensor Encode(Tensor x, Tensor? noise)
    {
        using DisposeScope scope = NewDisposeScope();
        return Posterior.Sample(Moments(x), noise).Times(SpatialVaeConfig.ScalingFactor).MoveToOuterDisposeScope();
    }

    /// <summary>Pixels of scaled latents.</summary>
    /// <param name="z">[F, 4, h, w]</param>
    /// <returns>[F, 3, 8h, 8w], about [-1, 1] but not clamped.</returns>
    public Tensor Decode(Tensor z) => InPasses(
        z, z.shape[2] * z.shape[3] * Config.Downsampling * Config.Downsampling,
        frames => decoder.Consume(post_quant_conv.Consume(frames.Over(SpatialVaeConfig.ScalingFactor))));

    /// <summary>
    /// As many frames at a time as the widest activations leave room for: on a processor more than one are no faster, where a
    /// frame fills the cache by itself.
    /// </summary>
    /// <param name="pixels">Of a frame.</param>
    private Tensor InPasses(Tensor x, long pixels, Func<Tensor, Tensor> pass)
    {
        using DisposeScope scope = NewDisposeScope();
        long most = Math.Max(1, (FusedKernels.CanTake(x) ? CacheRoom.Pass : MostOnDevice) / Config.Widest(pixels)), frames = x.shape[0];
        if (frames <= most)
            return pass(x).MoveToOuterDisposeScope();
        List<Tensor> done = [];
        for (long first = 0; first < frames; first += most)
        {
            using DisposeScope passScope = NewDisposeScope();
            done.Add(pass(x.narrow(0, first, Math.Min(most, frames - first))).MoveToOuterDisposeScope());
        }
        return cat(done, 0).MoveToOuterDisposeScope();
    }
}
