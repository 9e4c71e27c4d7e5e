using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using OpenSora.Contracts;

namespace OpenSora.Benchmarks.Caching;

/// <summary>How like two videos are, as ffmpeg's filters <c>psnr</c> and <c>ssim</c> have it, over all frames and planes.</summary>
/// <param name="Psnr">Peak signal-to-noise ratio in dB; infinite for the same pixels.</param>
/// <param name="Ssim">Structural similarity, up to 1.</param>
internal sealed partial record Likeness(double Psnr, double Ssim)
{
    /// <exception cref="InputException">ffmpeg is not there, or cannot compare them.</exception>
    public static async Task<Likeness> Of(string video, string reference)
    {
        ProcessStartInfo start = new(
            "ffmpeg", ["-hide_banner", "-nostdin", "-i", video, "-i", reference, "-lavfi", "[0:v]split[a][b];[1:v]split[c][d];[a][c]psnr;[b][d]ssim", "-f", "null", "-"])
        { RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        string said = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return Psnrs().Match(said) is { Success: true } psnr && Ssims().Match(said) is { Success: true } ssim
            ? new Likeness(psnr.Groups[1].Value == "inf" ? double.PositiveInfinity : Number(psnr), Number(ssim))
            : throw new InputException($"ffmpeg could not compare {video} with {reference}: {said}");
    }

    private static double Number(Match match) => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"PSNR .*average:([0-9.]+|inf)")]
    private static partial Regex Psnrs();

    [GeneratedRegex(@"SSIM .*All:([0-9.]+)")]
    private static partial Regex Ssims();
}
