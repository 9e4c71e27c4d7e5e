using OpenSora.Contracts.Cards;

namespace OpenSora.FakeCard;

/// <summary>What a fake card does now. Thread-safe.</summary>
internal sealed class FakeState(string name)
{
    private readonly Lock _one = new();
    private bool _isBusy, _isDraining;
    private long _epoch;
    private int _step;
    private TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Name { get; } = name;

    public string Instance { get; } = Guid.NewGuid().ToString("n");

    public CardState Now => _isDraining ? CardState.Draining : _isBusy ? CardState.Busy : CardState.Idle;

    public TaskCompletionSource Idle { get; private set; } = new();

    /// <summary>Takes a task; null when it may, else the status to refuse it with.</summary>
    public int? Take()
    {
        lock (_one)
        {
            if (_isDraining)
                return StatusCodes.Status503ServiceUnavailable;
            if (_isBusy)
                return StatusCodes.Status409Conflict;
            _isBusy = true;
            Idle = new TaskCompletionSource();
            return null;
        }
    }

    public void Give()
    {
        lock (_one)
            _isBusy = false;
        Idle.TrySetResult();
    }

    public void Drain()
    {
        lock (_one)
        {
            _isDraining = true;
            if (!_isBusy)
                Idle.TrySetResult();
        }
    }

    /// <summary>This rank begins an epoch; false when it had a later one.</summary>
    public bool Enter(long epoch, int step)
    {
        lock (_one)
        {
            if (epoch <= _epoch)
                return false;
            (_epoch, _step) = (epoch, step);
        }
        Moved();
        return true;
    }

    public void Reach(int step)
    {
        lock (_one)
            _step = step;
        Moved();
    }

    /// <summary>Waits until this rank has come to a step of an epoch; false when the epoch is over here.</summary>
    public async Task<bool> Await(long epoch, int step, CancellationToken cancel)
    {
        while (true)
        {
            Task moved;
            lock (_one)
            {
                if (_epoch > epoch || (_epoch == epoch && _step < 0))
                    return false;
                if (_epoch == epoch && _step >= step)
                    return true;
                moved = _moved.Task;
            }
            await moved.WaitAsync(cancel);
        }
    }

    private void Moved() => Interlocked.Exchange(ref _moved, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
}
