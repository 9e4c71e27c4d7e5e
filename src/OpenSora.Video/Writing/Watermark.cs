using System.Globalization;
using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Files;
using OpenSora.Contracts.Media;
using OpenSora.Video.Ffmpeg;

namespace OpenSora.Video.Writing;

/// <summary><c>--watermark</c>: a second file with a mark in its top left corner, a tenth as high as the video.</summary>
public static class Watermark
{
    /// <summary>Writes the marked file; the video stays as it is.</summary>
    /// <param name="video">An mp4 that <see cref="VideoWriter"/> wrote.</param>
    /// <param name="size">Size of its frames.</param>
    /// <param name="crf">As for <see cref="VideoWriter"/>.</param>
    /// <returns>The marked file.</returns>
    /// <exception cref="InputException">ffmpeg is not installed, or the folder cannot be written to.</exception>
    /// <exception cref="CardException">ffmpeg failed, or what it wrote does not play.</exception>
    /// <exception cref="DiskFullException">There is no room for it.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static string Write(string video, FrameSize size, int? crf = null, CancellationToken cancel = default)
    {
        string marked = MarkedFile.Of(video);
        double scale = Math.Min(0.1 * size.Height / WatermarkPicture.Height, (double)size.Width / WatermarkPicture.Width);
        string mark = string.Create(CultureInfo.InvariantCulture,
            $"[1:v]scale={Pixels(scale * WatermarkPicture.Width)}:{Pixels(scale * WatermarkPicture.Height)}:flags=area[mark];[0:v][mark]overlay=0:0");
        using PartialFile file = new(marked);
        using FfmpegProcess encoder = FfmpegProcess.Start(
            [
                "-i", FfmpegProcess.File(video),
                "-f", "rawvideo", "-pixel_format", "rgba", "-video_size", string.Create(CultureInfo.InvariantCulture, $"{WatermarkPicture.Width}x{WatermarkPicture.Height}"), "-i", "pipe:0",
                "-filter_complex", mark, .. H264.Arguments(crf), FfmpegProcess.File(file.TemporaryPath),
            ],
            cancel);
        try
        {
            encoder.Input.Write(WatermarkPicture.Draw());
        }
        catch (IOException)
        {
            // ffmpeg has failed before it read the mark; its exit code tells.
        }
        if ((encoder.FinishSilently() ?? DiffersFrom(video, file.TemporaryPath, cancel)) is { } failure)
            throw DiskFullException.Says(failure) ? file.Full(null) : new CardException($"{marked} could not be written: {failure}");
        file.Commit();
        return marked;
    }

    private static string? DiffersFrom(string video, string marked, CancellationToken cancel) =>
        Playback.Of(video, cancel) is ({ } found, _) ? found.DiffersIn(marked, cancel) : $"{video} cannot be played";

    private static int Pixels(double length) => Math.Max(1, (int)Math.Round(length));
}
