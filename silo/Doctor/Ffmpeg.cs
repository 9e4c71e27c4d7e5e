using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Diagnosis;
using OpenSora.Contracts.Media;
using OpenSora.Video;

namespace OpenSora.Silo.Doctor;

/// <summary>Whether videos can be written: a short one is.</summary>
internal static class Ffmpeg
{
    private static readonly FrameSize s_size = new(64, 64);

    public static Finding Look(CancellationToken cancel) => Finding.Of("ffmpeg", () =>
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("opensora-");
        try
        {
            Write(Path.Combine(folder.FullName, "probe.mp4"), cancel);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
        return Finding.Ok("ffmpeg", Version(Tool.Run("ffmpeg", "-version")));
    }, "install one with H.264 (libx264): apt-get install ffmpeg");

    private static void Write(string path, CancellationToken cancel)
    {
        MediaFiles files = new(framesPerSecond: 24, crf: null);
        using IFrameSink film = files.Create(path, s_size, cancel);
        film.Write(new byte[s_size.Rgb24Bytes]);
        film.Complete();
    }

    /// <summary><c>ffmpeg version 5.1.6-0+deb12u1 Copyright …</c>: the third word.</summary>
    private static string Version(string told) => told.Split(' ', 4) is [_, _, var version, _] ? $"{version}, writes H.264" : "writes H.264";
}
