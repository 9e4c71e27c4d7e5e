using System.Globalization;
using System.Text.RegularExpressions;
using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Settings;
using OpenSora.Video.Ffmpeg;

namespace OpenSora.Video.Reading;

/// <summary>
/// Decodes image and video files as a viewer shows them, one frame after the other: no more than a frame and ffmpeg's own buffers are in
/// memory. Upright, with square pixels, in the colours of an ordinary screen, on a background. Every coded frame of a video comes once, at
/// whatever rate, as in the original.
/// </summary>
public static partial class FrameReader
{
    /// <summary>Whole images are the largest things in memory: those that come at once are decoded one after the other.</summary>
    private static readonly SemaphoreSlim OneImage = new(1);

    /// <summary>Bytes of rows that are taken at a time.</summary>
    private const int MostBand = 1 << 16;

    /// <summary>The frames of a file in order; an image has one.</summary>
    /// <param name="background">What is seen through transparent pixels. Default: black.</param>
    /// <exception cref="InputException">The file is missing, damaged, empty, or of unknown kind; ffmpeg is not installed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static IEnumerable<RgbImage> Read(string path, CancellationToken cancel = default, RgbColour background = default)
    {
        return MediaKinds.Of(path) == MediaKind.Video ? ReadVideo(path, cancel, background) : [ReadImage(path, cancel, background)];
    }

    /// <summary>The picture of an image file.</summary>
    /// <inheritdoc cref="Read"/>
    public static RgbImage ReadImage(string path, CancellationToken cancel = default, RgbColour background = default)
    {
        (int width, int height, int at, byte[] pixels) = (0, 0, 0, []);
        ReadRows(path, background, Begin, Take, cancel);
        return new RgbImage(width, height, pixels);

        void Begin(int wide, int high)
        {
            PixmapStream.Check(path, wide, high);
            (width, height, pixels) = (wide, high, new byte[3 * wide * high]);
        }

        void Take(ReadOnlyMemory<byte> rows)
        {
            rows.CopyTo(pixels.AsMemory(at));
            at += rows.Length;
        }
    }

    /// <summary>The picture of an image file, scaled until it covers a frame and cut to it while it is read: the whole is never in this process.</summary>
    /// <inheritdoc cref="Read"/>
    public static RgbImage ReadCovering(string path, FrameSize size, CancellationToken cancel = default, RgbColour background = default)
    {
        ImageCover cover = null!;
        ReadRows(path, background, (width, height) => cover = new ImageCover(width, height, size), rows => cover.Add(rows.Span), cancel);
        return new RgbImage(size.Width, size.Height, cover.Finish());
    }

    /// <summary>Decodes an image, or the first frame of a video, to see that it can be.</summary>
    /// <returns>Whether there are pixels that are transparent.</returns>
    /// <inheritdoc cref="Read"/>
    public static bool Look(string path, CancellationToken cancel = default)
    {
        if (MediaKinds.Of(path) != MediaKind.Video)
            return ReadRows(path, default, (_, _) => { }, _ => { }, cancel);
        bool isTransparent = false;
        _ = ReadVideo(path, cancel, default, () => isTransparent = true).First();
        return isTransparent;
    }

    /// <summary>
    /// Decodes an image and takes its rows some at a time. Of a picture ffmpeg makes one packet: cut into bands there are many small ones, and
    /// the whole is in memory once and not three times.
    /// </summary>
    /// <param name="begin">Told width and height before the first row.</param>
    /// <returns>Whether there are pixels that are transparent.</returns>
    private static bool ReadRows(string path, RgbColour background, Action<int, int> begin, Action<ReadOnlyMemory<byte>> take, CancellationToken cancel)
    {
        if (!File.Exists(path))
            throw new InputException($"{path} does not exist: give the path of an image");
        string format = ImageFormat.DemuxerOf(path) ?? throw Damaged(path, "its content is of no known image format");
        // A cut JPEG is grey at the bottom unless errors explode; with TIFF an unknown tag, which is harmless, explodes too.
        string[] strict = format == ImageFormat.Tiff ? [] : ["-err_detect", "explode"];
        string[] input = ["-f", format, "-i", FfmpegProcess.File(path)];
        OneImage.Wait(cancel);
        try
        {
            FrameFacts facts = FactsOf(path, input, cancel);
            Orientation held = Orientation.Of(path);
            (int width, int height) = held.IsSwapped ? (facts.Height, facts.Width) : (facts.Width, facts.Height);
            int rows = Math.Clamp(MostBand / (3 * width), 1, height), bands = (height + rows - 1) / rows, left = height;
            // Turned after it is RGB, so that a turned picture has the pixels of one that was not.
            string filters = string.Create(
                CultureInfo.InvariantCulture, $"format={(facts.HasAlpha ? "rgba" : "rgb24")},{held.Filters}loop=loop={bands - 1}:size=1,crop=iw:{rows}:0:'min(n*{rows},ih-{rows})'");
            bool isTransparent = false;
            begin(width, height);
            // Not turned by ffmpeg itself, which turns some formats, in some versions.
            foreach (RgbImage band in Decode(
                path, facts, ["-noautorotate", .. strict, .. input, "-vf", filters, "-frames:v", string.Create(CultureInfo.InvariantCulture, $"{bands}"), "-vsync", "passthrough"],
                background, int.MaxValue, () => isTransparent = true, cancel))
            {
                // The last one begins where the picture has as many rows left, and some of them were there before.
                int here = Math.Min(rows, left);
                take(band.Pixels.AsMemory(3 * width * (rows - here)));
                left -= here;
            }
            return left == 0 ? isTransparent : throw Damaged(path, $"{left} of its {height} rows are missing");
        }
        finally
        {
            OneImage.Release();
        }
    }

    private static IEnumerable<RgbImage> ReadVideo(string path, CancellationToken cancel, RgbColour background, Action? transparent = null)
    {
        string[] format = AnimatedImage.Of(path) switch
        {
            null => ["-format_whitelist", MediaKinds.Containers],
            { Demuxer: { } known } => ["-f", known],
            _ => [],
        };
        string[] input = [.. format, "-i", FfmpegProcess.File(path)];
        FrameFacts facts = FactsOf(path, input, cancel);
        string[] filters =
        [
            .. facts.IsInterlaced ? ["bwdif=mode=send_frame:deint=interlaced"] : Array.Empty<string>(),
            .. facts.IsHdr ? ["zscale=primariesin=bt2020:matrixin=bt2020nc:transfer=linear:npl=203", "format=gbrpf32le", "zscale=primaries=bt709", "tonemap=mobius:desat=0", "zscale=transfer=bt709", "format=gbrp"] : Array.Empty<string>(),
            .. facts.HasSquarePixels ? Array.Empty<string>() : ["scale=iw*sar:ih", "setsar=1"],
        ];
        return Decode(path, facts, [.. input, "-map", "0:v:0", "-vsync", "passthrough", .. filters.Length == 0 ? Array.Empty<string>() : ["-vf", string.Join(',', filters)]], background, SettingsReader.Read<ReferenceLimits>().MostFrames, transparent, cancel);
    }

    private static FrameFacts FactsOf(string path, IEnumerable<string> input, CancellationToken cancel)
    {
        (FrameFacts? facts, string? failure) = FrameFacts.Of([.. MostPixels(), .. input], cancel);
        return facts ?? throw Damaged(path, failure!);
    }

    /// <summary>Frames come as portable pixmaps, each of which tells its own size.</summary>
    /// <param name="most">The most frames.</param>
    /// <param name="transparent">Told when there are pixels that are transparent.</param>
    private static IEnumerable<RgbImage> Decode(string path, FrameFacts facts, IEnumerable<string> input, RgbColour background, int most, Action? transparent, CancellationToken cancel)
    {
        string[] output = facts.HasAlpha ? ["-pix_fmt", "rgba", "-c:v", "pam"] : ["-pix_fmt", "rgb24", "-c:v", "ppm"];
        using FfmpegProcess decoder = FfmpegProcess.Start([.. MostPixels(), "-xerror", .. input, .. output, "-f", "image2pipe", "pipe:1"], cancel);
        int frames = 0;
        bool isTransparent = false;
        for (; PixmapStream.Next(decoder.Output, path, background, ref isTransparent) is { } frame; frames++)
        {
            if (frames == most)
                throw new TooLargeException($"{path} has more than {most} frames: give a shorter video, or set OPENSORA_REFERENCE_MOST_FRAMES where it is read");
            if (isTransparent)
                transparent?.Invoke();
            yield return frame;
        }
        if (decoder.Finish() is { } failure)
            throw Damaged(path, failure);
        if (frames == 0)
            throw Damaged(path, "it has no frames");
    }

    private static string[] MostPixels() => ["-max_pixels", string.Create(CultureInfo.InvariantCulture, $"{SettingsReader.Read<ReferenceLimits>().MostMegapixels * 1_000_000L}")];

    [GeneratedRegex(@"Picture size (\d+)x(\d+) exceeds")]
    private static partial Regex TooLarge();

    private static InputException Damaged(string path, string why) =>
        TooLarge().Match(why) is { Success: true } size
            ? new TooLargeException($"{path} has pictures of {size.Groups[1].Value} x {size.Groups[2].Value} pixels: give one of at most {SettingsReader.Read<ReferenceLimits>().MostMegapixels} million pixels, or set OPENSORA_REFERENCE_MOST_MEGAPIXELS where it is read")
        : AnimatedImage.Of(path) is { Demuxer: null } ? new InputException($"{path} is an animated WebP, which the ffmpeg of this machine cannot read ({why}): give it as MP4, GIF or animated PNG")
        : why.Contains("not on whitelist", StringComparison.Ordinal) ? new InputException($"{path} is neither an image nor a video of a kind that is read: give {MediaKinds.Known}")
        : why.Contains("No such filter", StringComparison.Ordinal) ? new InputException($"{path} needs a filter that the ffmpeg of this machine lacks ({why}): install your distribution's ffmpeg, or convert it to an ordinary video")
        : new InputException($"{path} cannot be decoded: {why}; give an intact image or video");
}
