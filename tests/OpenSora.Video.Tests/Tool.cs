using System.Diagnostics;

namespace OpenSora.Video.Tests;

/// <summary>ffmpeg's tools, asked independently of the code under test.</summary>
internal static class Tool
{
    public static string Run(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }

    /// <summary>What ffprobe says about the video stream: one value for each name, in their order of asking.</summary>
    public static Dictionary<string, string> Probe(string path, params string[] names) =>
        Run("ffprobe", "-v", "error", "-count_frames", "-show_entries", "stream=" + string.Join(',', names), "-of", "default=noprint_wrappers=1", path)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair[1]);
}
