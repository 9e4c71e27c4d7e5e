using OpenSora.Contracts;

namespace OpenSora.Layout.Models;

/// <summary>Hyper-parameters of the temporal autoencoder: the <c>vae_temporal</c> object of the video autoencoder's <c>config.json</c>.</summary>
public sealed record TemporalVaeConfig
{
    private const string Preset = "VAE_Temporal_SD";

    /// <summary>Channels of its input and output, the latents of single frames. Default: 4.</summary>
    public long InOutChannels { get; init; } = 4;

    /// <summary>Channels between the autoencoder's 1×1×1 convolutions and its encoder and decoder. Default: 4.</summary>
    public long LatentEmbedDim { get; init; } = 4;

    /// <summary>Channels of the latent. Default: 4.</summary>
    public long EmbedDim { get; init; } = 4;

    /// <summary>Channels of the first level. Default: 128.</summary>
    public long Filters { get; init; } = 128;

    /// <summary>Residual blocks of each level, in encoder and decoder alike. Default: 4.</summary>
    public int NumResBlocks { get; init; } = 4;

    /// <summary>Channels of each level as multiples of <see cref="Filters"/>. Default: 1, 2, 2, 4.</summary>
    public IReadOnlyList<long> ChannelMultipliers { get; init; } = [1, 2, 2, 4];

    /// <summary>Which levels but the last halve the number of frames. Default: no, yes, yes for the preset, else yes, yes, no.</summary>
    public IReadOnlyList<bool> TemporalDownsample
    {
        get => field ?? (Type == Preset ? [false, true, true] : [true, true, false]);
        init;
    }

    /// <summary>Groups of every group norm; divides the channels of every level. Default: 32.</summary>
    public long NumGroups { get; init; } = 32;

    /// <summary>Name of the original's class or of its preset; only <see cref="TemporalDownsample"/> depends on it. Default: the preset.</summary>
    public string Type { get; init; } = Preset;

    /// <summary>Activation. Default: swish, another name of SiLU.</summary>
    public string ActivationFn { get; init; } = "swish";

    /// <summary>Levels of encoder and decoder.</summary>
    public int Levels => ChannelMultipliers.Count;

    /// <summary>Frames per latent frame: 4 for the public checkpoint.</summary>
    public int Downsampling => 1 << TemporalDownsample.Count(halves => halves);

    /// <summary>Channels of a level.</summary>
    public long Channels(int level) => Filters * ChannelMultipliers[level];

    /// <summary>Whether the encoder halves the number of frames after this level, and the decoder doubles it before.</summary>
    public bool Downsamples(int level) => level < Levels - 1 && TemporalDownsample[level];

    /// <summary>Latent frames of a chunk: its frames are padded at the front to a multiple of <see cref="Downsampling"/>.</summary>
    public int LatentFrames(int frames) => (frames + Downsampling - 1) / Downsampling;

    /// <exception cref="InputException">The file describes a network that cannot be built.</exception>
    internal void Validate(string file)
    {
        ConfigFile.Require(Type is "VAE_Temporal" or Preset, file, $"vae_temporal.type '{Type}' is not supported, only VAE_Temporal and {Preset}");
        ConfigFile.Require(ActivationFn is "swish" or "silu", file, $"vae_temporal.activation_fn '{ActivationFn}' is not supported, only swish");
        ConfigFile.Require(InOutChannels > 0 && LatentEmbedDim > 0 && EmbedDim > 0, file, $"vae_temporal.in_out_channels {InOutChannels}, latent_embed_dim {LatentEmbedDim} and embed_dim {EmbedDim} must be positive");
        ConfigFile.Require(NumResBlocks > 0, file, $"vae_temporal.num_res_blocks {NumResBlocks} must be positive");
        ConfigFile.Require(Levels > 0 && TemporalDownsample.Count == Levels - 1, file, $"vae_temporal.temporal_downsample has {TemporalDownsample.Count} entries; {Levels} channel_multipliers need one less");
        for (int level = 0; level < Levels; level++)
            ConfigFile.Require(NumGroups > 0 && Channels(level) > 0 && Channels(level) % NumGroups == 0, file, $"vae_temporal: {Channels(level)} channels of level {level} must be a positive multiple of num_groups {NumGroups}");
    }
}
