using System.Globalization;

namespace OpenSora.Video.Ffmpeg;

/// <summary>How videos are encoded: H.264 that every player shows, of constant quality, in an mp4 that starts at once.</summary>
internal static class H264
{
    /// <summary>
    /// Constant rate factor without <c>--crf</c>. Noise would be given away at any rate factor, so the quantiser has a
    /// ceiling too. Measured with random colours, film grain, fractals and test cards: luma and average PSNR to the frames
    /// in Y'CbCr are 43 dB and more, luma after rounding to 8-bit RGB 40 dB and more.
    /// PSNR over RGB is limited by 4:2:0, which keeps one colour for four pixels: 36 dB with coloured film grain, 23 dB
    /// with random colours in each pixel, at any rate.
    /// </summary>
    private const string Rate = "16", Ceiling = "18";

    /// <summary>
    /// RGB to Y'CbCr by BT.709. Chroma is the mean of its four pixels: with that, players that repeat it show it best.
    /// <c>bitexact</c> and <c>accurate_rnd</c>: the same bytes with any CPU's instructions.
    /// </summary>
    public const string ToYuv = "scale=out_color_matrix=bt709:out_range=tv:flags=area+full_chroma_inp+accurate_rnd+bitexact,format=yuv420p";

    /// <summary>Arguments between the input and the name of the output.</summary>
    /// <param name="crf">Constant rate factor, 0 (lossless in Y'CbCr) to 51; null for the default.</param>
    public static IEnumerable<string> Arguments(int? crf) =>
    [
        "-c:v", "libx264", "-preset", "fast", "-tune", "psnr",
        .. crf is { } given
            ? (string[])["-crf", given.ToString(CultureInfo.InvariantCulture)]
            : ["-crf", Rate, "-qmax", Ceiling],
        // The bytes depend on the number of encoder threads: a fixed one makes them the same on every machine.
        "-threads", "4",
        "-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709", "-color_range", "tv",
        "-chroma_sample_location", "center",
        "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact",
        "-movflags", "+faststart", "-f", "mp4", "-y",
    ];
}
