using System.Globalization;
using System.Text.RegularExpressions;
using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Settings;
using OpenSora.Video.Ffmpeg;

namespace OpenSora.Video.Reading;

/// <summary>
/// Decodes image and video files, one frame after the other: no more than a frame and ffmpeg's own buffers are in memory.
/// As in the original, every coded frame of a video comes once, at whatever rate, and rotation marks are not applied.
/// </summary>
public static partial class FrameReader
{
    /// <summary>Whole images are the largest things in memory: those that come at once are decoded one after the other.</summary>
    private static readonly SemaphoreSlim OneImage = new(1);

    /// <summary>The frames of a file in order; an image has one.</summary>
    /// <exception cref="InputException">The file is missing, damaged, empty, or of unknown kind; ffmpeg is not installed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static IEnumerable<RgbImage> Read(string path, CancellationToken cancel = default)
    {
        bool video = MediaKinds.Of(path) == MediaKind.Video;
        if (!File.Exists(path))
            throw new InputException($"{path} does not exist: give the path of an image or a video");
        return video
            ? Decode(path, ["-i", FfmpegProcess.File(path), "-map", "0:v:0", "-vsync", "passthrough"], cancel)
            : [ReadImage(path, cancel)];
    }

    /// <summary>The picture of an image file.</summary>
    /// <inheritdoc cref="Read"/>
    public static RgbImage ReadImage(string path, CancellationToken cancel = default)
    {
        if (!File.Exists(path))
            throw new InputException($"{path} does not exist: give the path of an image");
        string format = ImageFormat.DemuxerOf(path) ?? throw Damaged(path, "its content is of no known image format");
        // A cut JPEG is grey at the bottom unless errors explode; with TIFF an unknown tag, which is harmless, explodes too.
        string[] strict = format == ImageFormat.Tiff ? [] : ["-err_detect", "explode"];
        OneImage.Wait(cancel);
        try
        {
            return Decode(path, [.. strict, "-f", format, "-i", FfmpegProcess.File(path), "-frames:v", "1"], cancel).Last();
        }
        finally
        {
            OneImage.Release();
        }
    }

    /// <summary>Frames come as PPM pictures, each of which tells its own size.</summary>
    private static IEnumerable<RgbImage> Decode(string path, IEnumerable<string> input, CancellationToken cancel)
    {
        ReferenceLimits limits = SettingsReader.Read<ReferenceLimits>();
        using FfmpegProcess decoder = FfmpegProcess.Start(
            ["-max_pixels", string.Create(CultureInfo.InvariantCulture, $"{limits.MostMegapixels * 1_000_000L}"), "-xerror", "-noautorotate", .. input, "-pix_fmt", "rgb24", "-c:v", "ppm", "-f", "image2pipe", "pipe:1"], cancel);
        int frames = 0;
        for (; PpmStream.Next(decoder.Output, path) is { } frame; frames++)
        {
            if (frames == limits.MostFrames)
                throw new InputException($"{path} has more than {limits.MostFrames} frames: give a shorter video, or set OPENSORA_REFERENCE_MOST_FRAMES where it is read");
            yield return frame;
        }
        if (decoder.Finish() is { } failure)
            throw TooLarge().Match(failure) is { Success: true } size
                ? new InputException($"{path} has pictures of {size.Groups[1].Value} x {size.Groups[2].Value} pixels: give one of at most {limits.MostMegapixels} million pixels, or set OPENSORA_REFERENCE_MOST_MEGAPIXELS where it is read")
                : Damaged(path, failure);
        if (frames == 0)
            throw Damaged(path, "it has no frames");
    }

    [GeneratedRegex(@"Picture size (\d+)x(\d+) exceeds")]
    private static partial Regex TooLarge();

    private static InputException Damaged(string path, string why) => new($"{path} cannot be decoded: {why}; give an intact image or video");
}
