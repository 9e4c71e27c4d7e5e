using OpenSora.Contracts.Cards;

namespace OpenSora.Hosting.Cards;

/// <summary>Who has the card: one task at a time, none once it is to stop, none of an epoch that is over. Thread-safe.</summary>
public sealed class CardDesk
{
    private readonly SemaphoreSlim _free = new(1, 1);
    private readonly Lock _one = new();
    private string _job = "";
    private long _epoch;
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _draining, _busy;

    public CardState State => _draining ? CardState.Draining : _busy ? CardState.Busy : CardState.Idle;

    /// <summary>Takes the card for a task. A task that was stopped may need a moment to end, so it is waited for that long.</summary>
    /// <returns>To be disposed at the end of the task, or why not.</returns>
    public async Task<(IDisposable? Seat, Refusal Why)> Take(string job, long epoch, TimeSpan patience, CancellationToken cancel)
    {
        if (_draining)
            return (null, Refusal.Leaving);
        if (!await _free.WaitAsync(patience, cancel))
            return (null, Refusal.Busy);
        Refusal? refusal = _draining ? Refusal.Leaving : IsOver(job, epoch) ? Refusal.OlderEpoch : null;
        if (refusal is { } why)
        {
            _free.Release();
            return (null, why);
        }
        _busy = true;
        return (new Seat(this), default);
    }

    /// <summary>Ends when no further task is taken.</summary>
    public Task Drained => _drained.Task;

    /// <summary>From now on no task is taken.</summary>
    public void Drain()
    {
        _draining = true;
        _drained.TrySetResult();
    }

    /// <summary>Waits until the card is free.</summary>
    public async Task WaitUntilFree(TimeSpan limit)
    {
        if (await _free.WaitAsync(limit))
            _free.Release();
    }

    private bool IsOver(string job, long epoch)
    {
        lock (_one)
        {
            if (job == _job && epoch < _epoch)
                return true;
            (_job, _epoch) = (job, epoch);
            return false;
        }
    }

    private sealed class Seat(CardDesk desk) : IDisposable
    {
        private int _isOver;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isOver, 1) == 1)
                return;
            desk._busy = false;
            desk._free.Release();
        }
    }
}
