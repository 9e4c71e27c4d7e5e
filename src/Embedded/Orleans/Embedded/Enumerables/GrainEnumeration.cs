using Orleans.Embedded.Activations;
using Orleans.Embedded.Calls;

namespace Orleans.Embedded.Enumerables;

/// <summary>A grain's enumerable while it is read, at the grain: every step is a turn, and its end is the activation's at the latest.</summary>
internal sealed class GrainEnumeration<T>
{
    private readonly Activation activation;
    private readonly CancellationTokenSource cancellation;
    private readonly IAsyncEnumerator<T> items;
    private Task<bool>? pending;
    private bool ended;

    public GrainEnumeration(Activation activation, Func<CancellationToken, Func<Activation, IAsyncEnumerable<T>>> start)
    {
        this.activation = activation;
        cancellation = CancellationTokenSource.CreateLinkedTokenSource(activation.Ending);
        items = start(cancellation.Token)(activation).GetAsyncEnumerator(cancellation.Token);
    }

    /// <returns>False if the activation has ended.</returns>
    public bool TrySend(Request request) => activation.TryReceive(request);

    /// <summary>Waits for one item, and takes more as long as they are ready; an error waits for the next batch if there are items before it.</summary>
    /// <returns>Copies of the items, and whether they are the last.</returns>
    public async Task<(List<T> Items, bool Ended)> NextBatchAsync(int batchSize)
    {
        List<T> batch = [];
        do
        {
            pending ??= items.MoveNextAsync().AsTask();
            if (batch.Count > 0 && !pending.IsCompletedSuccessfully)
            {
                break;
            }
            if (!await MoveAsync(pending))
            {
                return (batch, true);
            }
            pending = null;
            batch.Add((T)activation.Silo.Copier.CopyOf(items.Current)!);
        }
        while (batch.Count < batchSize);
        return (batch, false);
    }

    public void Cancel() => activation.Scheduler.Run(CancelNow);

    /// <summary>Ends the enumeration on the grain's turns. An item that is still waited for is not: what ignores its token would hold the reader.</summary>
    public Task DisposeAsync() => activation.Scheduler.Run(() =>
    {
        CancelNow();
        Task ending = EndAsync();
        return pending is { IsCompleted: false } ? Task.CompletedTask : ending;
    });

    private void CancelNow()
    {
        if (!ended)
        {
            cancellation.Cancel();
        }
    }

    private async Task<bool> MoveAsync(Task<bool> step)
    {
        try
        {
            return await step.WaitAsync(activation.Ending);
        }
        catch (OperationCanceledException) when (activation.Ending.IsCancellationRequested)
        {
            throw new EnumerationAbortedException($"{activation.GrainId} was deactivated while it was enumerated.");
        }
    }

    private async Task EndAsync()
    {
        ended = true;
        if (pending is not null)
        {
            await Task.WhenAny(pending); // how it ends is its reader's
        }
        try
        {
            await items.DisposeAsync();
        }
        catch (OperationCanceledException)
        {
            // It ends because it was cancelled.
        }
        cancellation.Dispose(); // lets go of the activation's token, which may live much longer
    }
}
