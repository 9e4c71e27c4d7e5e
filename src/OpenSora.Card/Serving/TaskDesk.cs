using OpenSora.Contracts.Cards;

namespace OpenSora.Card.Serving;

/// <summary>Who has the card: one task at a time, none once it is to stop. Thread-safe.</summary>
internal sealed class TaskDesk
{
    private readonly SemaphoreSlim _free = new(1, 1);
    private volatile bool _draining, _busy;

    public CardState State => _draining ? CardState.Draining : _busy ? CardState.Busy : CardState.Idle;

    /// <summary>
    /// Takes the card for a task. A task that was stopped may need a moment to end, so it is waited for that long.
    /// </summary>
    /// <returns>To be disposed at the end of the task; null when the card is not free, or is to stop.</returns>
    public async Task<IDisposable?> Take(TimeSpan patience, CancellationToken cancel)
    {
        if (!await _free.WaitAsync(patience, cancel))
            return null;
        if (_draining)
        {
            _free.Release();
            return null;
        }
        _busy = true;
        return new Seat(this);
    }

    /// <summary>From now on no task is taken.</summary>
    public void Drain() => _draining = true;

    /// <summary>Waits until the card is free.</summary>
    public async Task WaitUntilFree(TimeSpan limit)
    {
        if (await _free.WaitAsync(limit))
            _free.Release();
    }

    private sealed class Seat(TaskDesk desk) : IDisposable
    {
        public void Dispose()
        {
            desk._busy = false;
            desk._free.Release();
        }
    }
}
