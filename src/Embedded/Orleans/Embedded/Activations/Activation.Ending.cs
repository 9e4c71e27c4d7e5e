using Orleans.Embedded.Calls;

namespace Orleans.Embedded.Activations;

/// <summary>How an activation ends: no new requests, those that run finish, OnDeactivateAsync, then the ones that wait go on elsewhere.</summary>
internal sealed partial class Activation
{
    private readonly CancellationTokenSource ending = new();
    private readonly TaskCompletionSource deactivated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource quiet = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DeactivationReason? endAfterBeginning;
    private long lastUsed;
    private DateTimeOffset keepUntil;

    public Task Deactivated => deactivated.Task;

    /// <summary>Cancelled when the deactivation begins: timers stop and enumerations are aborted.</summary>
    public CancellationToken Ending => ending.Token;

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
        lock (gate)
        {
            if (stage is Stage.New or Stage.Activating)
            {
                endAfterBeginning ??= deactivationReason;
                return;
            }
            if (stage >= Stage.Deactivating)
            {
                return;
            }
            stage = Stage.Deactivating;
            TellWhetherQuiet();
        }
        Scheduler.Run(() => EndAsync(deactivationReason, cancellationToken));
    }

    /// <summary>Ends the activation if nothing has used it for long enough.</summary>
    public void CollectIfIdle(TimeSpan age)
    {
        lock (gate)
        {
            if (kind.KeepAlive || stage != Stage.Active || running.Count > 0 || waiting.Count > 0
                || Silo.Clock.GetElapsedTime(lastUsed) < age || Silo.Clock.GetUtcNow() < keepUntil)
            {
                return;
            }
        }
        Deactivate(new DeactivationReason(DeactivationReasonCode.ActivationIdle, $"Idle for {age}."));
    }

    public void DelayCollection(TimeSpan span) => keepUntil = span == Timeout.InfiniteTimeSpan ? DateTimeOffset.MaxValue : Silo.Clock.GetUtcNow() + span;

    private async Task EndAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using ITimer timer = Silo.Clock.CreateTimer(_ => limit.Cancel(), null, Silo.Collection.DeactivationTimeout, Timeout.InfiniteTimeSpan);
        try
        {
            await ending.CancelAsync();
            await quiet.Task.WaitAsync(limit.Token);
            await ((IGrainBase)GrainInstance!).OnDeactivateAsync(reason, limit.Token).WaitAsync(limit.Token);
        }
        catch (Exception error)
        {
            Silo.LogDeactivationFailed(GrainId, error);
        }
        await DisposeAsync();
        Silo.Forget(this);
        Request[] left;
        lock (gate)
        {
            stage = Stage.Ended;
            left = [.. waiting];
            waiting.Clear();
        }
        deactivated.TrySetResult();
        foreach (Request request in left)
        {
            Silo.Send(GrainId, request);
        }
    }

    /// <summary>Called under the gate.</summary>
    private void TellWhetherQuiet()
    {
        if (stage == Stage.Deactivating && running.TrueForAll(request => !request.HoldsActivation))
        {
            quiet.TrySetResult();
        }
    }

    private async ValueTask DisposeAsync()
    {
        try
        {
            if (GrainInstance is IAsyncDisposable asynchronous)
            {
                await asynchronous.DisposeAsync();
            }
            else
            {
                (GrainInstance as IDisposable)?.Dispose();
            }
            if (scope is { } services)
            {
                await services.DisposeAsync();
            }
        }
        catch (Exception error)
        {
            Silo.LogDeactivationFailed(GrainId, error);
        }
    }
}
