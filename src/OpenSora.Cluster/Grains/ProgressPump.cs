using System.Diagnostics;
using OpenSora.Contracts;

namespace OpenSora.Cluster.Grains;

/// <summary>Hands progress to a grain, the latest only: steps of a small clip come faster than messages need to.</summary>
internal sealed class ProgressPump(IGenerationGrain grain, long epoch) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly Lock _one = new();
    private Progress? _latest;
    private bool _isRunning, _isOver;

    public void Tell(Progress progress)
    {
        lock (_one)
        {
            _latest = progress;
            if (_isRunning || _isOver)
                return;
            _isRunning = true;
        }
        _ = Task.Run(Run);
    }

    public void Dispose()
    {
        lock (_one)
            _isOver = true;
    }

    private async Task Run()
    {
        Activity.Current = null; // told on the side: no part of the job's trace
        while (true)
        {
            Progress next;
            lock (_one)
            {
                if (_latest is null || _isOver)
                {
                    _isRunning = false;
                    return;
                }
                (next, _latest) = (_latest, null);
            }
            await grain.Tell(new GenerationProgress(epoch, next.Stage, next.Done, next.Total));
            await Task.Delay(Pause);
        }
    }
}
