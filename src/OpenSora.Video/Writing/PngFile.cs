using OpenSora.Contracts.Clips;

namespace OpenSora.Video.Writing;

/// <summary>PNG files in memory.</summary>
public static class PngFile
{
    public static byte[] Of(RgbImage image)
    {
        using MemoryStream file = new();
        Png.Write(file, image.Height, image.Width, image.Pixels);
        return file.ToArray();
    }
}
