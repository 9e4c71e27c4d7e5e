using OpenSora.Contracts;

namespace OpenSora.Video.Reading;

/// <summary>What a reference is.</summary>
public enum MediaKind
{
    Image,
    Video,
}

/// <summary>Images and videos by their content, whatever their names; an image file that holds an animation is a video.</summary>
public static class MediaKinds
{
    /// <summary>The kinds that are read, for people.</summary>
    public const string Known = "JPEG, PNG, PPM, PGM, BMP, TIFF, WebP or GIF, or MP4, MOV, MKV, WebM, AVI, MPEG, FLV, ASF or Ogg";

    /// <summary>
    /// ffmpeg's names of the containers that a video may have. Of all that it knows some are lists of other files and addresses, which a
    /// reference of somebody else's would have it read; and one makes a video of any text.
    /// </summary>
    public const string Containers = "mov,matroska,avi,mpegts,mpeg,flv,asf,ogg";

    /// <returns>What is no image is taken for a video: its decoder tells whether it is.</returns>
    /// <exception cref="InputException">There is no such file, or it cannot be opened.</exception>
    public static MediaKind Of(string path)
    {
        if (!File.Exists(path))
            throw new InputException($"{path} does not exist: give the path of an image or a video");
        try
        {
            return ImageFormat.DemuxerOf(path) is null || AnimatedImage.Of(path) is not null ? MediaKind.Video : MediaKind.Image;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path} cannot be read: {failure.Message.TrimEnd('.')}; give an image or a video that can be", failure);
        }
    }
}
