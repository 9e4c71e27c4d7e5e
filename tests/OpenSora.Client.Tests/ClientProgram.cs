using System.Diagnostics;
using OpenSora.TestKit;

namespace OpenSora.Client.Tests;

/// <summary>The built command line, run as a user runs it.</summary>
internal static class ClientProgram
{
    public static string Path { get; } = System.IO.Path.Combine(
        Repository.Root, "artifacts", "bin", "OpenSora.Client", System.IO.Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "opensora");

    /// <summary>Where the jobs of these tests are kept, unless a test says otherwise.</summary>
    public static string State { get; } = Directory.CreateTempSubdirectory("opensora-state").FullName;

    /// <summary>For runs in which no card is to be lost: a machine that runs many tests at once lets a card wait for seconds.</summary>
    public static (string, string)[] Patient { get; } =
        [.. new[] { "SILENCE", "REPLY_SILENCE", "PROBE_TIMEOUT", "LINK_SILENCE" }.Select(name => ($"OPENSORA_CLUSTER_{name}", "60"))];

    /// <summary>A run that nothing disturbs.</summary>
    public static async Task<Outcome> Run(string[] arguments, params (string Name, string Value)[] environment)
    {
        using Process process = Start(arguments, [.. Patient, .. environment]);
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        using CancellationTokenSource deadline = new(TimeSpan.FromMinutes(5));
        await process.WaitForExitAsync(deadline.Token);
        return new Outcome(process.ExitCode, await output, await errors);
    }

    /// <remarks>Where the tests themselves run in the background, SIGINT is ignored, and that is handed down: here it is not.</remarks>
    public static Process Start(string[] arguments, params (string Name, string Value)[] environment) => StartWithin([], arguments, environment);

    /// <param name="within">Command and arguments that run what follows.</param>
    public static Process StartWithin(string[] within, string[] arguments, params (string Name, string Value)[] environment)
    {
        string[] line = [.. within, "env", "--default-signal=INT", Path, .. arguments];
        ProcessStartInfo start = new(line[0], line[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["OPENSORA_STATE"] = State;
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    internal sealed record Outcome(int ExitCode, string Output, string Errors);
}
