using System.Diagnostics;
using System.Text.Json;
using OpenSora.Contracts;
using OpenSora.Contracts.Generation;

namespace OpenSora.Benchmarks.Scaling;

/// <summary>One run of <c>opensora generate --json</c>.</summary>
internal static class Generation
{
    /// <param name="program">The <c>opensora</c> launcher.</param>
    /// <exception cref="InputException">It failed; its own words are shown.</exception>
    public static async Task<GenerationReport> Run(string program, IEnumerable<string> flags)
    {
        ProcessStartInfo start = new(program, ["generate", "--json", "--verbose", "0", .. flags]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? JsonSerializer.Deserialize(output, ContractsJson.Default.GenerationReport)!
            : throw new InputException($"{program} generate {string.Join(' ', flags)} ended with exit code {process.ExitCode}");
    }
}
