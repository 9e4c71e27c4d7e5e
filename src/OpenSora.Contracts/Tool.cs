using System.ComponentModel;
using System.Diagnostics;

namespace OpenSora.Contracts;

/// <summary>A program of the system or of a vendor that tells about this machine, where it is there.</summary>
public static class Tool
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <returns>What it wrote; nothing when it is not there, fails or takes longer than 10 s.</returns>
    public static string Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            _ = process.StandardError.ReadToEndAsync();
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            if (process.WaitForExit(Patience))
                return process.ExitCode == 0 ? output.Result.Trim() : "";
            process.Kill();
            return "";
        }
        catch (Win32Exception)
        {
            return "";
        }
    }
}
