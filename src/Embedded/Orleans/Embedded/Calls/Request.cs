using Orleans.Embedded.Activations;

namespace Orleans.Embedded.Calls;

/// <summary>How a request ended.</summary>
internal readonly record struct Outcome(object? Value, Exception? Error);

/// <summary>Something an activation is to do on its turns: a call, a tick of a timer, an event of a stream.</summary>
internal abstract class Request
{
    private readonly TaskCompletionSource<object?> response = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether it starts while other requests wait.</summary>
    public bool Interleaves { get; init; }

    /// <summary>Whether it starts while other read-only requests wait.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Whether the activation counts as used by it.</summary>
    public bool KeepsAlive { get; init; } = true;

    /// <summary>Whether a deactivation waits for its end.</summary>
    public bool HoldsActivation { get; init; } = true;

    /// <summary>Whether nobody wants it any more: it is dropped instead of started.</summary>
    public virtual bool IsStale => false;

    public Task<object?> Response => response.Task;

    /// <summary>Runs on a turn of the activation, and never throws.</summary>
    public abstract Task<Outcome> RunAsync(Activation activation);

    public void Respond(Outcome outcome)
    {
        if (outcome.Error is not null)
        {
            response.TrySetException(outcome.Error);
            _ = response.Task.Exception; // a one-way call has nobody who looks
        }
        else
        {
            response.TrySetResult(outcome.Value);
        }
    }
}
