using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using OpenSora.Contracts;

namespace OpenSora.Client.Cards;

/// <summary>
/// A silo or a card program as a child process: a request in on standard input, events out on standard output, one JSON
/// object a line. It works for as long as its standard input is open, so it stops when this process ends, however it ends.
/// </summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly string _name;
    private readonly Process _process;

    private ChildProcess(string name, Process process) => (_name, _process) = (name, process);

    /// <summary>Starts a silo of our own, with cards of its own.</summary>
    public static ChildProcess StartSilo<T>(string command, T request, JsonTypeInfo<T> type) => Start("silo", Installation.SiloProgram(), command, request, type);

    /// <summary>Starts a card that works for us alone.</summary>
    public static ChildProcess StartCard<T>(string command, T request, JsonTypeInfo<T> type) => Start("card", Installation.CardProgram(), command, request, type);

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
        if (last is not (Generated or Verified or Profiled or PlanReady or SimulationReady or Failed))
            yield return new Failed(ExitCode.CardFailure, $"the {_name} process ended without an answer ({HowItEnded()}){job}");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private static ChildProcess Start<T>(string name, string program, string command, T request, JsonTypeInfo<T> type)
    {
        ProcessStartInfo start = new(program, [command]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        CardEnvironment.Complete(start);
        Process process = Process.Start(start) ?? throw new CardException($"{start.FileName} did not start");
        try
        {
            process.StandardInput.WriteLine(JsonSerializer.Serialize(request, type));
            process.StandardInput.Flush();
        }
        catch (IOException)
        {
            // It ended before it read: its exit is reported by Events.
        }
        return new ChildProcess(name, process);
    }

    private string HowItEnded() => _process.ExitCode switch
    {
        128 + 9 => "killed: out of memory, or by hand",
        > 128 and < 160 and var code => $"signal {code - 128}",
        var code => $"exit code {code}",
    };
}
