using Orleans.Embedded.Activations;
using Orleans.Embedded.Calls;

namespace Orleans.Embedded.Timers;

/// <summary>A timer whose every tick is a request to its activation. The next one is set when a tick has ended: they never pile up.</summary>
internal sealed class GrainTimer : IGrainTimer
{
    private readonly Activation activation;
    private readonly Func<CancellationToken, Task> callback;
    private readonly GrainTimerCreationOptions options;
    private readonly CancellationTokenSource disposed;
    private readonly CancellationToken token;
    private readonly Lock gate = new();
    private readonly ITimer timer;
    private TimeSpan period;
    private TimeSpan? changed;
    private bool ticking;

    public GrainTimer(Activation activation, Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        (this.activation, this.callback, this.options) = (activation, callback, options);
        disposed = CancellationTokenSource.CreateLinkedTokenSource(activation.Ending);
        token = disposed.Token;
        period = options.Period;
        timer = activation.Silo.Clock.CreateTimer(_ => Due(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        token.UnsafeRegister(_ => timer.Dispose(), null);
        timer.Change(options.DueTime, Timeout.InfiniteTimeSpan);
    }

    public void Change(TimeSpan dueTime, TimeSpan period)
    {
        lock (gate)
        {
            this.period = period;
            if (ticking)
            {
                changed = dueTime;
            }
            else
            {
                timer.Change(dueTime, Timeout.InfiniteTimeSpan);
            }
        }
    }

    public void Dispose()
    {
        if (!token.IsCancellationRequested)
        {
            disposed.Cancel();
            disposed.Dispose(); // lets go of the activation's token, which may live much longer
        }
    }

    private void Due()
    {
        lock (gate)
        {
            ticking = true;
        }
        RequestContext.Clear(); // a timer carries nothing of the call that made it
        activation.TryReceive(new Turn(TickAsync) { Interleaves = options.Interleave, KeepsAlive = options.KeepAlive });
    }

    private async Task<object?> TickAsync(Activation activation)
    {
        if (token.IsCancellationRequested)
        {
            return null;
        }
        try
        {
            await callback(token);
        }
        catch (Exception error)
        {
            activation.Silo.LogTickFailed(activation.GrainId, error);
        }
        SetNext();
        return null;
    }

    private void SetNext()
    {
        lock (gate)
        {
            ticking = false;
            timer.Change(changed ?? period, Timeout.InfiniteTimeSpan); // false and nothing else once it is disposed of
            changed = null;
        }
    }
}
