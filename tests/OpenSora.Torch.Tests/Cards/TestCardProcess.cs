using System.Diagnostics;
using OpenSora.TestKit;

namespace OpenSora.Torch.Tests.Cards;

/// <summary>A process of its own for each case: a card's library stays in a process for good, and its settings are read once.</summary>
internal static class TestCardProcess
{
    private static readonly string s_probe = Path.Combine(
        Repository.Root, "artifacts", "bin", "TestCard.Probe", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "TestCard.Probe");

    /// <summary>Runs <c>testcard_selftest</c>.</summary>
    public static Task<Outcome> SelfTest(string what, params string[] settings) => Run(TestCard.SelfTest, [TestCard.Library, what], settings);

    /// <summary>Asks what a C# process sees of a card (tests/native/testcard/probe).</summary>
    public static Task<Outcome> Probe(string question, string device, params string[] settings) =>
        Run(s_probe, [question, device], [$"{TestCard.TorchVariable}={TestCard.Torch}", $"{TestCard.Variable}={TestCard.Library}", .. settings]);

    private static async Task<Outcome> Run(string program, string[] arguments, string[] settings)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string setting in settings)
            start.Environment[setting[..setting.IndexOf('=')]] = setting[(setting.IndexOf('=') + 1)..];
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        using CancellationTokenSource deadline = new(TimeSpan.FromMinutes(5));
        await process.WaitForExitAsync(deadline.Token);
        return new Outcome(process.ExitCode, await output + await errors);
    }

    internal sealed record Outcome(int ExitCode, string Output);
}
