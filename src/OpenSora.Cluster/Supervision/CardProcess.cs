using System.Collections.Concurrent;
using System.Diagnostics;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;

namespace OpenSora.Cluster.Supervision;

/// <summary>
/// One start of a card program. Its standard input is its leash: it ends when that does, so it never outlives this process,
/// however this one ends.
/// </summary>
internal sealed class CardProcess : IAsyncDisposable
{
    private const int MostLines = 50;

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly Task _errors, _output;
    private Action<string>? _say;

    private CardProcess(Process process)
    {
        _process = process;
        Exited = process.WaitForExitAsync();
        _errors = ReadErrors();
        // Its words are on standard error; what a library prints must not fill the pipe.
        _output = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
    }

    /// <param name="before">Starts of this card before this one.</param>
    /// <exception cref="CardException">The program cannot be started.</exception>
    public static CardProcess Start(LocalCardsPlan plan, int card, int before)
    {
        ProcessStartInfo start = new(plan.Program, plan.Arguments(card, before)) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[CardProtocol.TokenVariable] = plan.Token;
        if (plan.Database is { } database)
            start.Environment[CardProtocol.DatabaseVariable] = database;
        CardEnvironment.Complete(start);
        try
        {
            return new CardProcess(Process.Start(start) ?? throw new CardException($"{plan.Program} did not start"));
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new CardException($"{plan.Program} cannot be started: {error.Message}", error);
        }
    }

    public int Id => _process.Id;

    /// <summary>Ends with the process.</summary>
    public Task Exited { get; }

    public int ExitCode => _process.ExitCode;

    /// <summary>What it said on standard error and nobody was told.</summary>
    public string LastWords => string.Join(Environment.NewLine, _lines.Select(line => line.StartsWith("opensora: ", StringComparison.Ordinal) ? line["opensora: ".Length..] : line));

    /// <summary>From now on what it says on standard error is passed on; what it said before, too.</summary>
    public void PassOn(Action<string> say)
    {
        _say = say;
        while (_lines.TryDequeue(out string? line))
            say(line);
    }

    /// <summary>SIGKILL: it may be frozen.</summary>
    public void Kill() => _process.Kill();

    /// <summary>In words.</summary>
    public string HowItEnded => ExitCode switch
    {
        128 + 9 => "killed: out of memory, or by hand",
        > 128 and < 160 and var code => $"signal {code - 128}",
        var code => $"exit code {code}",
    };

    /// <summary>Lets go of the leash, and waits for the end.</summary>
    public async Task Stop(TimeSpan timeout)
    {
        _process.StandardInput.Close();
        try
        {
            await Exited.WaitAsync(timeout);
        }
        catch (TimeoutException)
        {
            Kill();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            Kill();
        await Exited;
        await Task.WhenAll(_errors, _output).WaitAsync(TimeSpan.FromSeconds(1)).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        _process.Dispose();
    }

    /// <summary>All that it said is read once it has ended; a moment is enough.</summary>
    public Task AllRead() => Task.WhenAny(_errors, Task.Delay(TimeSpan.FromSeconds(1)));

    private async Task ReadErrors()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            if (_say is { } say)
                say(line);
            else if (_lines.Count < MostLines)
                _lines.Enqueue(line);
        }
    }
}
