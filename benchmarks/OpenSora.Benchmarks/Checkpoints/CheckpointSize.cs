using OpenSora.Contracts;

namespace OpenSora.Benchmarks.Checkpoints;

/// <summary>How large a random checkpoint is. The defaults are those of the public ones.</summary>
/// <param name="Depth">Spatial blocks of the transformer; there are as many temporal ones.</param>
/// <param name="Hidden">Channels of a token.</param>
/// <param name="Heads">Attention heads.</param>
/// <param name="TextLayers">Layers of T5-XXL; 0 takes the demo model's text encoder.</param>
/// <param name="FullVae">The public autoencoders; else the demo model's.</param>
/// <param name="Seed">Other seeds give other weights.</param>
internal sealed record CheckpointSize(int Depth = 28, int Hidden = 1152, int Heads = 16, int TextLayers = 24, bool FullVae = true, ulong Seed = 1)
{
    public static CheckpointSize Of(Flags flags) => new(
        flags.Number("--depth", 28), flags.Number("--hidden", 1152), flags.Number("--heads", 16), flags.Number("--text-layers", 24),
        flags.Word("--vae", "full") switch
        {
            "full" => true,
            "demo" => false,
            var other => throw new InputException($"--vae '{other}' is not known: give full or demo"),
        },
        (ulong)flags.Number("--seed", 1));
}
