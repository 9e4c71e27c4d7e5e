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
        start = start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        return start switch
        {
            [0x89, (byte)'P', (byte)'N', (byte)'G', ..] => "png_pipe",
            [0xFF, 0xD8, 0xFF, ..] => "jpeg_pipe",
            [(byte)'B', (byte)'M', ..] => "bmp_pipe",
            [(byte)'P', (byte)'3' or (byte)'6', ..] => "ppm_pipe",
            [(byte)'P', (byte)'2' or (byte)'5', ..] => "pgm_pipe",
            [(byte)'I', (byte)'I', 42, 0, ..] or [(byte)'M', (byte)'M', 0, 42, ..] => Tiff,
            [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P'] => "webp_pipe",
            [(byte)'G', (byte)'I', (byte)'F', (byte)'8', ..] => "gif_pipe",
            _ => null,
        };
    }

    public const string Tiff = "tiff_pipe";
}
