using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using OpenSora.Contracts;
using OpenSora.Contracts.Generation;

namespace OpenSora.Client.Cards;

/// <summary>
/// A silo or a card program as a child process: a request in on standard input, events out on standard output, one JSON
/// object a line. It works for as long as its standard input is open, so it stops when this process ends, however it ends.
/// </summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly string _name;
    private readonly Process _process;

    /// <summary>The last line that it said, where that is not passed on.</summary>
    private string? _said;

    private ChildProcess(string name, Process process) => (_name, _process) = (name, process);

    /// <summary>Starts a coordinator for one job, with cards of its own.</summary>
    public static ChildProcess StartCoordinator(GenerationOrder order) =>
        Start("coordinator", Installation.GenerateProgram(), null, order, ContractsJson.Default.GenerationOrder, quiet: false);

    /// <summary>Starts a silo of our own, to ask it about this machine.</summary>
    /// <param name="quiet">Whether what it says on standard error is not passed on.</param>
    public static ChildProcess StartSilo<T>(string command, T request, JsonTypeInfo<T> type, bool quiet = false) =>
        Start("silo", Installation.SiloProgram(), command, request, type, quiet);

    /// <summary>Starts a card that works for us alone.</summary>
    /// <param name="quiet">Whether what it says on standard error is not passed on.</param>
    public static ChildProcess StartCard<T>(string command, T request, JsonTypeInfo<T> type, bool quiet = false) =>
        Start("card", Installation.CardProgram(), command, request, type, quiet);

    /// <summary>
    /// The events in order. Ends with a <see cref="Failed"/> of our own when the process ends without a last word.
    /// Cancelling asks it to stop, and the events go on until it has.
    /// </summary>
    public async IAsyncEnumerable<CardEvent> Events([EnumeratorCancellation] CancellationToken cancel)
    {
        await using CancellationTokenRegistration stop = cancel.Register(_process.StandardInput.Close);
        CardEvent? last = null;
        string job = "";
        while (await _process.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line)
        {
            last = JsonSerializer.Deserialize(line, ContractsJson.Default.CardEvent);
            if (last is Began began)
                job = $"; go on with: opensora generate --resume {began.Job}";
            if (last is not null)
                yield return last;
        }
        await _process.WaitForExitAsync(CancellationToken.None);
        if (last is not (Generated or Verified or Profiled or Diagnosed or Failed))
            yield return new Failed(ExitCode.CardFailure, $"the {_name} process ended without an answer ({HowItEnded()}{(_said is null ? "" : $": {_said}")}){job}");
    }

    /// <summary>Ends it at once, and what it started: its events end too.</summary>
    public void Kill() => _process.Kill(entireProcessTree: true);

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private static ChildProcess Start<T>(string name, string program, string? command, T request, JsonTypeInfo<T> type, bool quiet)
    {
        ProcessStartInfo start = new(program, command is null ? [] : [command]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = quiet };
        CardEnvironment.Complete(start);
        Process process = Process.Start(start) ?? throw new CardException($"{start.FileName} did not start");
        ChildProcess child = new(name, process);
        if (quiet)
        {
            process.ErrorDataReceived += (_, line) => child._said = line.Data is { Length: > 0 } said ? said.Trim() : child._said;
            process.BeginErrorReadLine();
        }
        try
        {
            process.StandardInput.WriteLine(JsonSerializer.Serialize(request, type));
            process.StandardInput.Flush();
        }
        catch (IOException)
        {
            // It ended before it read: its exit is reported by Events.
        }
        return child;
    }

    private string HowItEnded() => _process.ExitCode switch
    {
        128 + 9 => "killed: out of memory, or by hand",
        > 128 and < 160 and var code => $"signal {code - 128}",
        var code => $"exit code {code}",
    };
}
