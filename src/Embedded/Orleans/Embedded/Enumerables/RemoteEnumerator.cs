using Orleans.Embedded.Activations;
using Orleans.Embedded.Calls;

namespace Orleans.Embedded.Enumerables;

/// <summary>Reads a grain's enumerable batch by batch. Its requests interleave with others: a reader that waits keeps nobody out.</summary>
internal sealed class RemoteEnumerator<T> : IAsyncEnumerator<T>
{
    private readonly Silo silo;
    private readonly GrainId target;
    private readonly Func<CancellationToken, Func<Activation, IAsyncEnumerable<T>>> start;
    private readonly int batchSize;
    private readonly CancellationTokenSource cancellation;
    private readonly CancellationToken token;
    private readonly Queue<T> ready = new();
    private volatile GrainEnumeration<T>? enumeration;
    private bool ended;

    public RemoteEnumerator(
        Silo silo,
        GrainId target,
        Func<CancellationToken, Func<Activation, IAsyncEnumerable<T>>> start,
        int batchSize,
        params ReadOnlySpan<CancellationToken> tokens)
    {
        (this.silo, this.target, this.start, this.batchSize) = (silo, target, start, batchSize);
        cancellation = CancellationTokenSource.CreateLinkedTokenSource(tokens);
        token = cancellation.Token;
    }

    public T Current { get; private set; } = default!;

    public async ValueTask<bool> MoveNextAsync()
    {
        token.ThrowIfCancellationRequested();
        if (ready.Count == 0 && !ended)
        {
            await ReadAsync().ConfigureAwait(false);
        }
        bool more = ready.TryDequeue(out T? item);
        Current = item!;
        return more;
    }

    public async ValueTask DisposeAsync()
    {
        ended = true;
        await cancellation.CancelAsync().ConfigureAwait(false);
        if (enumeration is not null)
        {
            await enumeration.DisposeAsync().ConfigureAwait(false);
        }
        cancellation.Dispose();
    }

    private async Task ReadAsync()
    {
        Turn request = new(async activation =>
        {
            token.ThrowIfCancellationRequested(); // the reader may have gone before the first turn
            enumeration ??= new GrainEnumeration<T>(activation, start);
            return await enumeration.NextBatchAsync(batchSize);
        })
        {
            Interleaves = true,
            HoldsActivation = false,
        };
        if (enumeration is null)
        {
            silo.Send(target, request);
        }
        else if (!enumeration.TrySend(request))
        {
            throw new EnumerationAbortedException($"{target} was deactivated while it was enumerated.");
        }
        using CancellationTokenRegistration registration = token.UnsafeRegister(state => ((RemoteEnumerator<T>)state!).enumeration?.Cancel(), this);
        (List<T> items, ended) = ((List<T>, bool))(await request.Response.WaitAsync(token).ConfigureAwait(false))!;
        items.ForEach(ready.Enqueue);
    }
}
