using System.Collections.Concurrent;

namespace OpenSora.Card.Serving;

/// <summary>
/// The one thread that computes: torch's dispose scopes and OpenMP's number of threads belong to a thread, and a device does
/// one thing at a time.
/// </summary>
internal sealed class TorchThread : IDisposable
{
    private const int StackBytes = 16 << 20;

    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;

    public TorchThread()
    {
        _thread = new Thread(() =>
        {
            foreach (Action work in _work.GetConsumingEnumerable())
                work();
        }, StackBytes)
        { IsBackground = true, Name = "torch" };
        _thread.Start();
    }

    /// <summary>Runs work on the thread after what was asked for before.</summary>
    public Task<T> Run<T>(Func<T> work)
    {
        TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception error)
            {
                done.SetException(error);
            }
        });
        return done.Task;
    }

    public void Dispose() => _work.CompleteAdding();
}
