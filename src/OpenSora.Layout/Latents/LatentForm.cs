using System.Runtime.InteropServices;
using OpenSora.Contracts.Clips;

namespace OpenSora.Layout.Latents;

/// <summary>
/// The final form of a latent. While it is denoised a latent is tokens [T, S, 16]: a token holds a patch of 2 × 2 cells, cell by
/// cell from the top left, all channels of a cell together; cells beyond an odd edge are padding.
/// </summary>
public static class LatentForm
{
    private const int Side = 2, Patch = Side * Side * LatentSize.Channels;

    /// <summary>Bytes of a latent frame of <paramref name="positions"/> patches as tokens, [S, 16] in float32.</summary>
    public static long FrameBytes(long positions) => positions * Patch * sizeof(float);

    /// <summary>[T, S, 16] → [4, T, h, w], both in float32, without the padding.</summary>
    /// <exception cref="ArgumentException">The tokens are not those of a latent of this size.</exception>
    public static byte[] OfTokens(ReadOnlySpan<byte> tokens, LatentSize latent)
    {
        PatchGrid grid = PatchGrid.Of(latent);
        if (tokens.Length != grid.Frames * FrameBytes(grid.PerFrame))
            throw new ArgumentException($"{tokens.Length} bytes are not the tokens of a latent of {latent}, which has {grid.Frames * FrameBytes(grid.PerFrame)}", nameof(tokens));
        ReadOnlySpan<float> cells = MemoryMarshal.Cast<byte, float>(tokens); // [T, H', W', 2, 2, 4]
        byte[] bytes = new byte[checked(sizeof(float) * LatentSize.Channels * latent.Frames * latent.Height * latent.Width)];
        Span<float> values = MemoryMarshal.Cast<byte, float>(bytes.AsSpan());
        int at = 0;
        for (int channel = 0; channel < LatentSize.Channels; channel++)
            for (int frame = 0; frame < latent.Frames; frame++)
                for (int row = 0; row < latent.Height; row++)
                    for (int column = 0; column < latent.Width; column++)
                    {
                        int patch = ((frame * grid.Rows) + (row / Side)) * grid.Columns + (column / Side);
                        int cell = (row % Side * Side) + (column % Side);
                        values[at++] = cells[(patch * Patch) + (cell * LatentSize.Channels) + channel];
                    }
        return bytes;
    }
}
