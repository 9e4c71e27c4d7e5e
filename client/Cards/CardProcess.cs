using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using OpenSora.Contracts;

namespace OpenSora.Client.Cards;

/// <summary>
/// One card program as a child process: a request in on standard input, events out on standard output, one JSON object a
/// line. The card works for as long as its standard input is open, so it stops when this process ends, however it ends.
/// </summary>
internal sealed class CardProcess : IDisposable
{
    /// <summary>
    /// What the card's runtimes read only when they are loaded. Threads of OpenMP that wait must not keep those of the BLAS
    /// from their cores. Memory must follow the unit of work: by default managed garbage may grow with the processor's
    /// cache and each thread may have a heap of its own, which made 408 frames take 1.16 times the memory of 51. What the
    /// user has set stays.
    /// </summary>
    private static readonly (string Variable, string Value)[] RuntimeSettings =
        [("OMP_WAIT_POLICY", "PASSIVE"), ("DOTNET_GCgen0size", "0x400000"), ("MALLOC_ARENA_MAX", "2")];

    private readonly Process _process;

    private CardProcess(Process process) => _process = process;

    /// <summary>Starts a card and hands it the request.</summary>
    public static CardProcess Start<T>(string command, T request, JsonTypeInfo<T> type)
    {
        ProcessStartInfo start = new(Installation.CardProgram(), [command]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach ((string variable, string value) in RuntimeSettings)
            start.Environment.TryAdd(variable, value);
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
        return new CardProcess(process);
    }

    /// <summary>
    /// The events in order. Ends with a <see cref="Failed"/> of our own when the process ends without a last word.
    /// Cancelling asks the card to stop, and the events go on until it has.
    /// </summary>
    public async IAsyncEnumerable<CardEvent> Events([EnumeratorCancellation] CancellationToken cancel)
    {
        await using CancellationTokenRegistration stop = cancel.Register(_process.StandardInput.Close);
        CardEvent? last = null;
        while (await _process.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line)
        {
            last = JsonSerializer.Deserialize(line, ContractsJson.Default.CardEvent);
            if (last is not null)
                yield return last;
        }
        await _process.WaitForExitAsync(CancellationToken.None);
        if (last is not (Generated or Verified or PlanReady or SimulationReady or Failed))
            yield return new Failed(ExitCode.CardFailure, $"the card process ended without an answer ({HowItEnded()})");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private string HowItEnded() => _process.ExitCode switch
    {
        128 + 9 => "killed: out of memory, or by hand",
        > 128 and < 160 and var code => $"signal {code - 128}",
        var code => $"exit code {code}",
    };
}
