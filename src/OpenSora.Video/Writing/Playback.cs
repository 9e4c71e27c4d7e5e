using System.Globalization;
using OpenSora.Contracts.Clips;
using OpenSora.Video.Ffmpeg;

namespace OpenSora.Video.Writing;

/// <summary>What a player finds in a video: each of its frames is decoded.</summary>
internal readonly record struct Playback(FrameSize Size, FrameRate Rate, long Frames)
{
    /// <summary>Plays a video.</summary>
    /// <returns>What is in it; or null, and why it cannot be played.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static (Playback? Found, string? Failure) Of(string file, CancellationToken cancel)
    {
        // One line a frame, after lines about the stream: https://ffmpeg.org/ffmpeg-formats.html#framecrc
        using FfmpegProcess player = FfmpegProcess.Start(
            ["-xerror", "-err_detect", "explode", "-i", FfmpegProcess.File(file), "-map", "0:v:0", "-f", "framecrc", "pipe:1"], cancel);
        using StreamReader lines = new(player.Output);
        long frames = 0;
        FrameSize? size = null;
        FrameRate? rate = null;
        while (lines.ReadLine() is { } line)
        {
            if (line.StartsWith("#tb 0: ", StringComparison.Ordinal))
                rate = Numbers(line, '/') is [int seconds, int frame] ? new FrameRate(frame, seconds) : null;
            else if (line.StartsWith("#dimensions 0: ", StringComparison.Ordinal))
                size = Numbers(line, 'x') is [int width, int height] ? new FrameSize(height, width) : null;
            else if (!line.StartsWith('#'))
                frames++;
        }
        string? failure = player.FinishSilently();
        return failure is null && size is { } s && rate is { } r ? (new Playback(s, r, frames), null) : (null, failure ?? "it has no frames");
    }

    /// <summary>Whether a file plays as what was written to it.</summary>
    /// <returns>Null, or in what it differs.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public string? DiffersIn(string file, CancellationToken cancel) => Of(file, cancel) switch
    {
        (null, var failure) => $"it cannot be played: {failure}",
        ({ } found, _) when found == this => null,
        (var found, _) => $"it plays {found}, and {this} were written",
    };

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Frames} frames of {Size} at {Rate} a second");

    private static int[] Numbers(string line, char between) =>
        [.. line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(between).Select(number => int.Parse(number, CultureInfo.InvariantCulture))];
}
