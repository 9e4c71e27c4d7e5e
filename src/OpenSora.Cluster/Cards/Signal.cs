namespace OpenSora.Cluster.Cards;

/// <summary>
/// Wakes whoever waits for a change. Ask for <see cref="Next"/> before looking at what may change: so no change is missed.
/// Thread-safe.
/// </summary>
internal sealed class Signal
{
    private TaskCompletionSource _next = NewSource();

    public Task Next => Volatile.Read(ref _next).Task;

    public void Set() => Interlocked.Exchange(ref _next, NewSource()).SetResult();

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
