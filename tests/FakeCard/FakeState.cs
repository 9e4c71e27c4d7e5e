namespace OpenSora.FakeCard;

/// <summary>How far a fake rank is. Thread-safe.</summary>
internal sealed class FakeState(string name)
{
    private readonly Lock _one = new();
    private long _epoch;
    private int _step;
    private TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Name { get; } = name;

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
