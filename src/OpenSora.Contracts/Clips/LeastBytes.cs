namespace OpenSora.Contracts.Clips;

/// <summary>What files take on a disk at the least: those of calm pictures. Grain takes ten times as much, and nobody knows before.</summary>
public static class LeastBytes
{
    /// <summary>Of a pixel, in H.264 and in PNG.</summary>
    private const double VideoPixel = 0.05, PicturePixel = 0.1;

    /// <summary>Of any file, whatever is in it.</summary>
    public const long File = 8 << 10;

    /// <param name="frames">1 is a picture.</param>
    public static long OfVideo(FrameSize size, long frames) => File + (long)((double)size.Height * size.Width * frames * (frames == 1 ? PicturePixel : VideoPixel));
}
