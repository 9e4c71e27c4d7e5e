using System.Buffers.Binary;

namespace OpenSora.Video.Reading;

/// <summary>An image file whose content is an animation: it is read as a video.</summary>
/// <param name="Demuxer">ffmpeg's name of the format; null where that depends on its version.</param>
internal sealed record AnimatedImage(string? Demuxer)
{
    /// <summary>A GIF is one whatever its number of frames; an image of another format where its header says so.</summary>
    /// <returns>Null for anything else, also for a file that is not there.</returns>
    public static AnimatedImage? Of(string path)
    {
        if (!File.Exists(path))
            return null;
        using FileStream file = File.OpenRead(path);
        Span<byte> start = stackalloc byte[21];
        start = start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        return ImageFormat.DemuxerOf(start) switch
        {
            "gif_pipe" => new AnimatedImage("gif"),
            "png_pipe" when HasAnimationControl(file) => new AnimatedImage("apng"),
            "webp_pipe" when start.Length == 21 && start[12..16].SequenceEqual("VP8X"u8) && (start[20] & 2) != 0 => new AnimatedImage((string?)null),
            _ => null,
        };
    }

    /// <summary>Whether a PNG has an <c>acTL</c> chunk before its picture.</summary>
    private static bool HasAnimationControl(FileStream png)
    {
        Span<byte> header = stackalloc byte[8];
        for (png.Position = 8; png.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) == header.Length;)
        {
            if (header[4..].SequenceEqual("acTL"u8))
                return true;
            if (header[4..].SequenceEqual("IDAT"u8))
                return false;
            png.Position += BinaryPrimitives.ReadUInt32BigEndian(header) + 4L; // data and checksum
        }
        return false;
    }
}
