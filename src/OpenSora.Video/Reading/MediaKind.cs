using OpenSora.Contracts;

namespace OpenSora.Video.Reading;

/// <summary>What a reference is.</summary>
public enum MediaKind
{
    Image,
    Video,
}

/// <summary>Images and videos by their extensions, as in the original; an image file that holds an animation is a video.</summary>
public static class MediaKinds
{
    private static readonly string[] Videos = [".mp4", ".avi", ".mov", ".mkv"];
    private static readonly string[] Images = [".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp", ".gif"];

    /// <exception cref="InputException">Another extension.</exception>
    public static MediaKind Of(string path)
    {
        string extension = Path.GetExtension(path).ToLowerInvariant();
        return Videos.Contains(extension) ? MediaKind.Video
            : Images.Contains(extension) ? AnimatedImage.Of(path) is null ? MediaKind.Image : MediaKind.Video
            : throw new InputException($"reference {path} is neither an image nor a video by its extension: give one of {string.Join(' ', Images)} or {string.Join(' ', Videos)}");
    }
}
