using System.Runtime.CompilerServices;
using Orleans.Tests.Messages;

namespace Orleans.Tests.Enumerables;

internal interface ICounterGrain : IGrainWithStringKey
{
    IAsyncEnumerable<int> Count(int to, CancellationToken cancellation = default);

    /// <summary>One item, then a wait without end; reaches "KEY.cancelled" or "KEY.disposed" when it ends.</summary>
    IAsyncEnumerable<int> Hang(CancellationToken cancellation = default);

    IAsyncEnumerable<int> Fail(int after);

    IAsyncEnumerable<Order> Orders();

    Task<int> Ping();

    Task Leave();
}

internal sealed class CounterGrain : Grain, ICounterGrain
{
    private readonly Order order = new() { Name = "kept" };

    public async IAsyncEnumerable<int> Count(int to, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        for (int number = 0; number < to; number++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (number % 10 == 3)
            {
                await Task.Yield();
            }
            yield return number;
        }
    }

    public async IAsyncEnumerable<int> Hang([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        try
        {
            yield return 1;
            Board.Reach(this.GetPrimaryKeyString() + ".hanging");
            await Task.Delay(Timeout.Infinite, cancellation);
            yield return 2;
        }
        finally
        {
            Board.Reach(this.GetPrimaryKeyString() + (cancellation.IsCancellationRequested ? ".cancelled" : ".disposed"));
        }
    }

    public async IAsyncEnumerable<int> Fail(int after)
    {
        await foreach (int number in Count(after))
        {
            yield return number;
        }
        throw new InvalidOperationException("The source is dry.");
    }

    public async IAsyncEnumerable<Order> Orders()
    {
        yield return order;
        await Task.Yield();
        yield return order;
    }

    public Task<int> Ping() => Task.FromResult(1);

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}

[Collection(nameof(SharedSilo))]
public sealed class EnumerableTests(TestSilo silo)
{
    [Theory]
    [InlineData(0, 100)]
    [InlineData(1, 100)]
    [InlineData(250, 100)]
    [InlineData(25, 1)]
    public async Task Items_come_in_order_whatever_the_batch(int count, int batch)
    {
        List<int> items = [];
        await foreach (int item in silo.New<ICounterGrain>().Count(count).WithBatchSize(batch))
        {
            items.Add(item);
        }
        Assert.Equal(Enumerable.Range(0, count), items);
    }

    [Fact]
    public async Task Cancellation_reaches_the_grain()
    {
        ICounterGrain grain = silo.New<ICounterGrain>();
        using CancellationTokenSource source = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (int _ in grain.Hang().WithCancellation(source.Token))
            {
                await Board.Reached(grain.GetPrimaryKeyString() + ".hanging");
                await source.CancelAsync();
            }
        });
        await Board.Reached(grain.GetPrimaryKeyString() + ".cancelled");
    }

    [Fact]
    public async Task Whoever_stops_reading_ends_the_enumeration_on_the_grain()
    {
        ICounterGrain grain = silo.New<ICounterGrain>();
        await foreach (int _ in grain.Hang().WithBatchSize(1))
        {
            break;
        }
        await Board.Reached(grain.GetPrimaryKeyString() + ".cancelled");
    }

    [Fact]
    public async Task A_waiting_enumeration_keeps_no_call_out()
    {
        ICounterGrain grain = silo.New<ICounterGrain>();
        await using IAsyncEnumerator<int> items = grain.Hang().GetAsyncEnumerator();
        Assert.True(await items.MoveNextAsync());
        ValueTask<bool> next = items.MoveNextAsync();
        await Board.Reached(grain.GetPrimaryKeyString() + ".hanging");
        Assert.Equal(1, await grain.Ping());
        Assert.False(next.IsCompleted);
        await grain.Leave();
        await Assert.ThrowsAnyAsync<Exception>(() => next.AsTask());
    }

    [Fact]
    public async Task Items_before_an_error_arrive()
    {
        List<int> items = [];
        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (int item in silo.New<ICounterGrain>().Fail(after: 5))
            {
                items.Add(item);
            }
        });
        Assert.Equal("The source is dry.", error.Message);
        Assert.Equal([0, 1, 2, 3, 4], items);
    }

    [Fact]
    public async Task Items_are_copies()
    {
        List<Order> items = [];
        await foreach (Order item in silo.New<ICounterGrain>().Orders().WithBatchSize(1))
        {
            item.Sizes.Add(1);
            items.Add(item);
        }
        Assert.Equal([1, 1], items.Select(item => item.Sizes.Count));
    }
}
