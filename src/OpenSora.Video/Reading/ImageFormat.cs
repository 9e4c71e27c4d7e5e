namespace OpenSora.Video.Reading;

/// <summary>
/// The format of an image by its first bytes. ffmpeg would go by the extension, and take a % in a name for a pattern.
/// </summary>
internal static class ImageFormat
{
    private const int LongestSignature = 12;

    /// <summary>The name of ffmpeg's demuxer; null for anything else.</summary>
    public static string? DemuxerOf(string path)
    {
        Span<byte> start = stackalloc byte[LongestSignature];
        using FileStream file = File.OpenRead(path);
        return DemuxerOf(start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)]);
    }

    /// <param name="start">The first bytes of a file.</param>
    /// <inheritdoc cref="DemuxerOf(string)"/>
    public static string? DemuxerOf(ReadOnlySpan<byte> start) => start switch
    {
        [0x89, (byte)'P', (byte)'N', (byte)'G', ..] => "png_pipe",
        [0xFF, 0xD8, 0xFF, ..] => "jpeg_pipe",
        [(byte)'B', (byte)'M', ..] => "bmp_pipe",
        [(byte)'P', (byte)'3' or (byte)'6', ..] => "ppm_pipe",
        [(byte)'P', (byte)'2' or (byte)'5', ..] => "pgm_pipe",
        [(byte)'I', (byte)'I', 42, 0, ..] or [(byte)'M', (byte)'M', 0, 42, ..] => Tiff,
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => "webp_pipe",
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', ..] => "gif_pipe",
        _ => null,
    };

    /// <summary>The usual extension of a file by its content, with the dot; <c>.mp4</c> for what is no image.</summary>
    public static string ExtensionOf(ReadOnlySpan<byte> start) => DemuxerOf(start) switch
    {
        null => ".mp4",
        "jpeg_pipe" => ".jpg",
        Tiff => ".tif",
        var pipe => "." + pipe[..pipe.IndexOf('_', StringComparison.Ordinal)],
    };

    public const string Tiff = "tiff_pipe";
}
