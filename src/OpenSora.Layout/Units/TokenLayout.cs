namespace OpenSora.Layout.Units;

/// <summary>
/// What a rank holds whole. Tokens of a sample are a grid of T latent frames by S positions (patches of a frame); a
/// spatial block needs all positions of a frame together, a temporal block all frames of a position.
/// </summary>
public enum TokenLayout
{
    /// <summary>A run of whole frames, [frames, S, C].</summary>
    Frames,

    /// <summary>A run of whole positions, [positions, T, C].</summary>
    Positions,
}

/// <summary>The layout that a switch leads to.</summary>
public static class TokenLayouts
{
    public static TokenLayout Other(this TokenLayout layout) =>
        layout == TokenLayout.Frames ? TokenLayout.Positions : TokenLayout.Frames;
}
