using OpenSora.Inference.Layers;
using OpenSora.Inference.Weights;
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
    public Tensor Moments(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        return quant_conv.Consume(encoder.forward(x)).MoveToOuterDisposeScope();
    }

    /// <summary>Scaled latents drawn from the frames' posteriors.</summary>
    /// <param name="x">[F, 3, H, W] in [-1, 1].</param>
    /// <param name="noise">Standard normal, [F, 4, ⌊H/8⌋, ⌊W/8⌋]; null for the means.</param>
    /// <returns>[F, 4, ⌊H/8⌋, ⌊W/8⌋]</returns>
    public Tensor Encode(Tensor x, Tensor? noise)
    {
        using DisposeScope scope = NewDisposeScope();
        return (Posterior.Sample(Moments(x), noise) * SpatialVaeConfig.ScalingFactor).MoveToOuterDisposeScope();
    }

    /// <summary>Pixels of scaled latents.</summary>
    /// <param name="z">[F, 4, h, w]</param>
    /// <returns>[F, 3, 8h, 8w], about [-1, 1] but not clamped.</returns>
    public Tensor Decode(Tensor z)
    {
        using DisposeScope scope = NewDisposeScope();
        return decoder.Consume(post_quant_conv.Consume(z / SpatialVaeConfig.ScalingFactor)).MoveToOuterDisposeScope();
    }
}
