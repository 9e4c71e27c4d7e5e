using OpenSora.Contracts;
using OpenSora.Inference.Decoding.Spatial;
using OpenSora.Inference.Weights;
using OpenSora.Layout.Decoding;
using OpenSora.Layout.Models;
using static TorchSharp.torch;

namespace OpenSora.Inference.Decoding;

/// <summary>
/// The video autoencoder out of its two public folders. The original builds the pipeline, which loads the 2D folder's
/// weights, and then loads the 3D checkpoint over it: the 2D autoencoder was fine-tuned with the rest. So the 3D
/// checkpoint's weights win, and the 2D folder gives the structure and what the 3D checkpoint lacks.
/// </summary>
public static class VideoAutoencoderFiles
{
    private const string SpatialPrefix = "spatial_vae.module.";

    /// <summary>The weights of the 2D folder, unread.</summary>
    /// <exception cref="InputException">They are missing or damaged.</exception>
    public static Checkpoint SpatialWeights(string vae2d) => Checkpoint.Open(SpatialFolder(vae2d), "diffusion_pytorch_model", "model");

    /// <summary>The weights of the 3D folder, unread.</summary>
    /// <exception cref="InputException">They are missing or damaged.</exception>
    public static Checkpoint Weights(string vae3d) => Checkpoint.Open(vae3d, "model", "pytorch_model", "diffusion_pytorch_model");

    /// <param name="vae2d">Has <c>vae/config.json</c> and <c>vae/diffusion_pytorch_model.*</c>.</param>
    /// <param name="vae3d">Has <c>config.json</c> and <c>model.*</c>.</param>
    /// <param name="tell">Takes a line about tensors that are passed over; null for nobody.</param>
    /// <exception cref="InputException">A file is missing or damaged, or weights and configuration do not fit together.</exception>
    public static VideoAutoencoder Load(string vae2d, string vae3d, AutoencoderUnits units, Device device, Precision precision, Action<string>? tell = null)
    {
        string spatialFolder = SpatialFolder(vae2d);
        SpatialVaeConfig spatial = SpatialVaeConfig.Read(spatialFolder);
        VideoAutoencoderConfig config = VideoAutoencoderConfig.Read(vae3d);
        ConfigFile.Require(
            config.VaeTemporal.InOutChannels == spatial.LatentChannels, ConfigFile.PathOf(vae3d),
            $"vae_temporal.in_out_channels {config.VaeTemporal.InOutChannels} must be the latent_channels {spatial.LatentChannels} of {ConfigFile.PathOf(spatialFolder)}");
        using Checkpoint whole = Weights(vae3d);
        using Checkpoint fallback = SpatialWeights(vae2d);
        CheckpointParameters p = new(
            [new CheckpointLayer(whole, AttentionKeys.Today), new CheckpointLayer(fallback, key => SpatialPrefix + AttentionKeys.Today(key))], device, precision);
        VideoAutoencoder autoencoder = new(p, spatial, config, units, device, precision);
        p.Finish(tell);
        return autoencoder;
    }

    /// <summary>The per-frame autoencoder of the 2D folder alone, with its own weights.</summary>
    /// <exception cref="InputException">A file is missing or damaged, or weights and configuration do not fit together.</exception>
    public static SpatialVae LoadSpatial(string vae2d, Device device, Precision precision)
    {
        string folder = SpatialFolder(vae2d);
        using Checkpoint checkpoint = SpatialWeights(vae2d);
        CheckpointParameters p = new([new CheckpointLayer(checkpoint, AttentionKeys.Today)], device, precision);
        SpatialVae autoencoder = new(p, SpatialVaeConfig.Read(folder));
        p.Finish(tell: null);
        return autoencoder;
    }

    /// <summary>The public repository holds more than the autoencoder; people also point at its subfolder itself.</summary>
    private static string SpatialFolder(string vae2d)
    {
        string subfolder = Path.Combine(vae2d, "vae");
        return Directory.Exists(subfolder) ? subfolder : vae2d;
    }
}
