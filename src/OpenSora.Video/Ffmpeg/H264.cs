using System.Globalization;

namespace OpenSora.Video.Ffmpeg;

/// <summary>How videos are encoded: H.264 that every player shows, of constant quality, in an mp4 that starts at once.</summary>
internal static class H264
{
    /// <summary>
    /// Constant rate factor without <c>--crf</c>. At a rate factor alone, noise is given away (36 dB), so the quantiser has
    /// a ceiling too. Measured with film grain, fractals, test cards, random colours and the output of untrained networks:
    /// PSNR to the frames in Y'CbCr, luma as well as average (ffmpeg's psnr filter), is 44 dB and more; luma of decoded
    /// frames, rounded to 8-bit RGB once more, is 40 dB and more. PSNR over R, G and B has a bound of its own, which no rate
    /// lifts: 4:2:0 keeps one colour for four pixels. It is above 40 dB for smooth pictures and grey grain, 36 dB with
    /// coloured grain and 12 dB where each pixel has a random colour.
    /// </summary>
    private const string Rate = "16", Ceiling = "17";

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
