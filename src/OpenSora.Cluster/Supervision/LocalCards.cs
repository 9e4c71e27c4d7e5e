using System.Diagnostics;
using OpenSora.Cluster.Cards;
using OpenSora.Cluster.Leases;
using OpenSora.Contracts;

namespace OpenSora.Cluster.Supervision;

/// <summary>
/// Keeps the card processes of a machine: one that dies is started again, one that says nothing is killed first. One that
/// dies again and again before it did anything is started after longer and longer pauses, or given up: see
/// <see cref="LocalCardsPlan.IsPatient"/>. One that ends by itself was asked to leave, and is let go.
/// </summary>
public sealed class LocalCards : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly LocalCardsPlan _plan;
    private readonly ClusterCards _directory;
    private readonly ClusterOptions _options;
    private readonly Action<string> _say;
    private readonly Task[] _cards;
    private int _left;

    /// <summary>Starts them.</summary>
    /// <param name="say">What they say on standard error, and what becomes of them.</param>
    public LocalCards(LocalCardsPlan plan, ClusterCards directory, ClusterOptions options, Action<string> say)
    {
        (_plan, _directory, _options, _say, _left) = (plan, directory, options, say, plan.Count);
        _cards = [.. Enumerable.Range(0, plan.Count).Select(card => Task.Run(() => Keep(card)))];
    }

    /// <summary>Ends them all: nothing is left behind.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_cards);
        _stop.Dispose();
    }

    private async Task Keep(int card)
    {
        string name = LocalCardsPlan.NameOf(card);
        for (int start = 0, quickDeaths = 0; !_stop.IsCancellationRequested; start++)
        {
            Life life = await Live(card, name, start);
            if (_stop.IsCancellationRequested)
                return;
            quickDeaths = life.HasWorked ? 0 : quickDeaths + 1;
            if (life.Left || (!_plan.IsPatient && (life.Refusal is not null || quickDeaths >= _options.MostQuickDeaths)))
            {
                if (life.Refusal is { } refusal)
                    _directory.ExpectNoMore(refusal);
                GiveUp(life.Left ? $"{name} left" : $"{name} ended {quickDeaths} times before it did anything ({life.End})");
                return;
            }
            TimeSpan pause = PauseAfter(quickDeaths, _options);
            _say($"opensora: {name} ended ({life.End}); it is started again{(quickDeaths > 1 ? $" in {pause.TotalSeconds:0.#} s: it ended {quickDeaths} times before it did anything" : "")}");
            await Delay(pause);
        }
    }

    /// <summary>How long a card is left alone after so many deaths that came before it did anything.</summary>
    internal static TimeSpan PauseAfter(int quickDeaths, ClusterOptions options)
    {
        // No power beyond all limits: of days of deaths the shift would be none.
        double seconds = options.RestartDelay.TotalSeconds * Math.Pow(2, Math.Clamp(quickDeaths - 1, 0, 30));
        return seconds < options.MostRestartDelay.TotalSeconds ? TimeSpan.FromSeconds(seconds) : options.MostRestartDelay;
    }

    /// <summary>One start of a card, to its end.</summary>
    private async Task<Life> Live(int card, string name, int before)
    {
        CardProcess process;
        try
        {
            process = CardProcess.Start(_plan, card, before);
        }
        catch (CardException error)
        {
            return new Life(HasWorked: false, error.Message);
        }
        await using CardProcess own = process;
        long start = Stopwatch.GetTimestamp();
        Card? known = null;
        string? killed = null;
        long? goneSince = null;
        while (!process.Exited.IsCompleted && !_stop.IsCancellationRequested)
        {
            Task changed = _directory.Changed;
            Card? found = _directory.Cards.FirstOrDefault(one => one.Name == name && one.Description.ProcessId == process.Id);
            if (known is null && found is not null)
                process.PassOn(_say);
            known = found ?? known;
            goneSince = known is not { IsGone: true } ? null : goneSince ?? Stopwatch.GetTimestamp();
            killed = known is { BuriedFor: { } cause } ? cause
                : goneSince is { } since && Stopwatch.GetElapsedTime(since) > _options.Silence ? "it said nothing"
                : known is null && Stopwatch.GetElapsedTime(start) > _options.StartTimeout ? $"it did not join within {_options.StartTimeout.TotalSeconds:0} s"
                : null;
            if (killed is not null && known?.State == Contracts.Cards.CardState.Draining)
                killed = null;
            else if (killed is not null)
                process.Kill();
            if (killed is not null)
                break;
            await Task.WhenAny(process.Exited, changed, Delay(_options.Silence / 4));
        }
        if (_stop.IsCancellationRequested)
        {
            await process.Stop(_options.StopTimeout);
            // It did not take the time to leave the cluster, and what is still said to it would wait for an answer.
            if (known is not null)
                _directory.Bury(known, "it was stopped");
            return new Life(HasWorked: true, "stopped");
        }
        await process.Exited;
        await process.AllRead();
        if (known is not null)
            _directory.Bury(known, "its process ended");
        return new Life(known?.HasWorked ?? false, killed ?? Words(process))
        {
            Left = killed is null && known is not null && process.ExitCode == ExitCode.Done,
            Refusal = known is not null ? null : process.ExitCode switch
            {
                ExitCode.BadInput => new InputException(process.LastWords),
                ExitCode.CannotFit => new CannotFitException(process.LastWords),
                _ => null,
            },
        };
    }

    private void GiveUp(string why)
    {
        _say($"opensora: {why}");
        if (Interlocked.Decrement(ref _left) == 0 && !_plan.OthersMayJoin)
            _directory.ExpectNoMore(new NoCardException($"no card is left: {why}"));
    }

    private async Task Delay(TimeSpan time) => await Task.WhenAny(Task.Delay(time, _stop.Token));

    private static string Words(CardProcess process) => process.LastWords is { Length: > 0 } words ? $"{process.HowItEnded}: {words}" : process.HowItEnded;

    /// <param name="HasWorked">It did a task.</param>
    /// <param name="End">How it ended, in words.</param>
    private sealed record Life(bool HasWorked, string End)
    {
        /// <summary>It ended by itself and well.</summary>
        public bool Left { get; init; }

        /// <summary>It cannot be started as asked.</summary>
        public Exception? Refusal { get; init; }
    }
}
