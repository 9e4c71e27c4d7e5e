using OpenSora.Contracts;

namespace OpenSora.Benchmarks.Checkpoints;

/// <summary>How large a random checkpoint is. The defaults are those of the public ones.</summary>
/// <param name="Depth">Spatial blocks of the transformer; there are as many temporal ones.</param>
/// <param name="Hidden">Channels of a token.</param>
/// <param name="Heads">Attention heads.</param>
/// <param name="TextLayers">Layers of T5-XXL; 0 takes the demo model's text encoder.</param>
/// <param name="TextHidden">Channels of the text encoder, a multiple of 64.</param>
/// <param name="VaeChannels">Channels of the autoencoders at full resolution, a power of two; 0 takes the demo model's.</param>
/// <param name="Seed">Other seeds give other weights.</param>
internal sealed record CheckpointSize(
    int Depth = 28, int Hidden = 1152, int Heads = 16, int TextLayers = 24, int TextHidden = 4096, int VaeChannels = 128, ulong Seed = 1)
{
    /// <exception cref="InputException">A size that no network has.</exception>
    public static CheckpointSize Of(Flags flags)
    {
        CheckpointSize size = new(
            flags.Number("--depth", 28), flags.Number("--hidden", 1152), flags.Number("--heads", 16), flags.Number("--text-layers", 24),
            flags.Number("--text-hidden", 4096), flags.Number("--vae-channels", 128), (ulong)flags.Number("--seed", 1));
        if (size.TextHidden == 0 || size.TextHidden % 64 != 0)
            throw new InputException($"--text-hidden {size.TextHidden} is no multiple of 64: heads have 64 channels");
        if (size.VaeChannels is < 0 or > 1024 || (size.VaeChannels & (size.VaeChannels - 1)) != 0)
            throw new InputException($"--vae-channels {size.VaeChannels} is not accepted: give 0, or a power of two up to 1024");
        return size;
    }
}
