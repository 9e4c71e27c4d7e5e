using OpenSora.Contracts;

namespace OpenSora.Layout.Models;

/// <summary>
/// Hyper-parameters of the per-frame autoencoder: the part of diffusers' AutoencoderKL <c>config.json</c> that shapes the
/// network. What the file leaves out has diffusers' default.
/// </summary>
public sealed record SpatialVaeConfig
{
    /// <summary>
    /// What latents are multiplied with after encoding. The SDXL checkpoint's own config says 0.13025, but the temporal
    /// autoencoder was trained on latents with this factor, and the original never reads the config's.
    /// </summary>
    public const double ScalingFactor = 0.18215;

    /// <summary>Colour channels of a frame. Default: 3.</summary>
    public long InChannels { get; init; } = 3;

    /// <summary>Colour channels of a decoded frame. Default: 3.</summary>
    public long OutChannels { get; init; } = 3;

    /// <summary>Channels of a latent frame. Default: 4.</summary>
    public long LatentChannels { get; init; } = 4;

    /// <summary>Channels of each level, from full resolution down; each level but the last halves height and width. Default: 64.</summary>
    public IReadOnlyList<long> BlockOutChannels { get; init; } = [64];

    /// <summary>Residual blocks of a level of the encoder; the decoder has one more. Default: 1.</summary>
    public int LayersPerBlock { get; init; } = 1;

    /// <summary>Groups of every group norm; divides the channels of every level. Default: 32.</summary>
    public long NormNumGroups { get; init; } = 32;

    /// <summary>Activation. Only SiLU exists in published checkpoints. Default: silu.</summary>
    public string ActFn { get; init; } = "silu";

    /// <summary>Kinds of the levels of the encoder; null when the file does not say.</summary>
    public IReadOnlyList<string>? DownBlockTypes { get; init; }

    /// <summary>Kinds of the levels of the decoder; null when the file does not say.</summary>
    public IReadOnlyList<string>? UpBlockTypes { get; init; }

    /// <summary>Whether a 1×1 convolution follows the encoder. Default: true.</summary>
    public bool UseQuantConv { get; init; } = true;

    /// <summary>Whether a 1×1 convolution precedes the decoder. Default: true.</summary>
    public bool UsePostQuantConv { get; init; } = true;

    /// <summary>Pixels per latent in each direction.</summary>
    public long Downsampling => 1L << (BlockOutChannels.Count - 1);

    /// <summary>Numbers of a frame's widest activation: at full resolution the channels of the level below are still there.</summary>
    /// <param name="pixels">Of a frame.</param>
    public long Widest(long pixels) => pixels * BlockOutChannels.Take(2).Max();

    /// <summary>Reads <c>config.json</c> in <paramref name="folder"/>.</summary>
    /// <exception cref="InputException">It is missing, no JSON, or describes a network that this one is not.</exception>
    public static SpatialVaeConfig Read(string folder)
    {
        SpatialVaeConfig config = ConfigFile.Read<SpatialVaeConfig>(folder);
        config.Validate(ConfigFile.PathOf(folder));
        return config;
    }

    private void Validate(string file)
    {
        ConfigFile.Require(InChannels > 0 && OutChannels > 0 && LatentChannels > 0, file, $"in_channels {InChannels}, out_channels {OutChannels} and latent_channels {LatentChannels} must be positive");
        ConfigFile.Require(LayersPerBlock > 0, file, $"layers_per_block {LayersPerBlock} must be positive");
        ConfigFile.Require(BlockOutChannels.Count > 0, file, "block_out_channels must have at least one level");
        foreach (long channels in BlockOutChannels)
            ConfigFile.Require(channels > 0 && NormNumGroups > 0 && channels % NormNumGroups == 0, file, $"block_out_channels {channels} must be a positive multiple of norm_num_groups {NormNumGroups}");
        ConfigFile.Require(ActFn is "silu" or "swish", file, $"act_fn '{ActFn}' is not supported, only silu");
        ConfigFile.Require(UseQuantConv && UsePostQuantConv, file, "use_quant_conv and use_post_quant_conv must be true");
        foreach (string type in DownBlockTypes ?? [])
            ConfigFile.Require(type == "DownEncoderBlock2D", file, $"down_block_types '{type}' is not supported, only DownEncoderBlock2D");
        foreach (string type in UpBlockTypes ?? [])
            ConfigFile.Require(type == "UpDecoderBlock2D", file, $"up_block_types '{type}' is not supported, only UpDecoderBlock2D");
    }
}
