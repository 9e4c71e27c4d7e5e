using OpenSora.Layout.Units;

namespace OpenSora.Layout.Clips;

/// <summary>The clip that is denoised, as the transformer sees it.</summary>
/// <param name="Frames">Latent frames T.</param>
/// <param name="LatentHeight">Rows of the latent.</param>
/// <param name="LatentWidth">Columns of the latent.</param>
/// <param name="Height">Nominal height in pixels, which scales the position embedding; not the latent's times 8.</param>
/// <param name="Width">Nominal width in pixels.</param>
/// <param name="Fps">Frames per second; Open-Sora uses 120 for a single image.</param>
public sealed record ClipShape(long Frames, long LatentHeight, long LatentWidth, double Height, double Width, double Fps)
{
    /// <summary>The frame rate that training gave to images.</summary>
    public const int ImageFps = 120;

    /// <summary>Rows of patches H': an odd row at the bottom is padded.</summary>
    public long PatchRows => (LatentHeight + 1) / 2;

    /// <summary>Columns of patches W': an odd column on the right is padded.</summary>
    public long PatchColumns => (LatentWidth + 1) / 2;

    /// <summary>Patches S of a frame.</summary>
    public long Positions => PatchRows * PatchColumns;

    /// <summary>How its tokens are cut into units.</summary>
    public UnitPlan Units(UnitSize size) => UnitPlan.For(Frames, Positions, size);
}
