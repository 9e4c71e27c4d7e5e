namespace OpenSora.Contracts.Clips;

/// <summary>
/// How the transformer cuts a latent into tokens: patches of 1 x 2 x 2 cells, the last ones padded with zeros where a side
/// is odd. Letters as in the model's papers: T frames of S = H' · W' patches.
/// </summary>
/// <param name="Frames">T, latent frames.</param>
/// <param name="Rows">H', patches above each other.</param>
/// <param name="Columns">W', patches beside each other.</param>
public readonly record struct PatchGrid(int Frames, int Rows, int Columns)
{
    private const int PatchSide = 2;

    public static PatchGrid Of(LatentSize latent) => new(latent.Frames, Patches(latent.Height), Patches(latent.Width));

    /// <summary>S, patches of a frame.</summary>
    public int PerFrame => Rows * Columns;

    /// <summary>N = T · S.</summary>
    public long Tokens => (long)Frames * PerFrame;

    private static int Patches(int cells) => (cells + PatchSide - 1) / PatchSide;
}
