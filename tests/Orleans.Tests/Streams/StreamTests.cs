using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Streams;

namespace Orleans.Tests.Streams;

[Collection(nameof(SharedSilo))]
public sealed class StreamTests(TestSilo silo)
{
    [Fact]
    public async Task Events_reach_a_grain_in_order_and_one_at_a_time()
    {
        string key = TestSilo.NewKey();
        ISubscriberGrain subscriber = silo.Grains.GetGrain<ISubscriberGrain>(key);
        await subscriber.Subscribe(last: 99);
        await silo.Grains.GetGrain<IPublisherGrain>(key).Publish(0, 100);
        await Board.Reached(key + ".last");
        Assert.Equal(Enumerable.Range(0, 100), await subscriber.Received());
        Assert.True(await subscriber.EveryTurnWasAlone());
    }

    [Fact]
    public async Task Events_reach_a_client_as_they_were_when_sent()
    {
        string key = TestSilo.NewKey();
        ConcurrentQueue<(int, int)> received = new();
        TaskCompletionSource all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        StreamSubscriptionHandle<Event> handle = await Stream(key).SubscribeAsync((item, _) =>
        {
            received.Enqueue((item.Number, item.Trail.Count));
            if (item.Number == 9)
            {
                all.TrySetResult();
            }
            return Task.CompletedTask;
        });
        await silo.Grains.GetGrain<IPublisherGrain>(key).Publish(0, 10);
        await all.Task.WaitAsync(Board.Patience);
        Assert.Equal(Enumerable.Range(0, 10).Select(number => (number, number + 1)), received);
        await handle.UnsubscribeAsync();
    }

    [Fact]
    public async Task A_client_may_publish()
    {
        string key = TestSilo.NewKey();
        ISubscriberGrain subscriber = silo.Grains.GetGrain<ISubscriberGrain>(key);
        await subscriber.Subscribe(last: 4);
        await Stream(key).OnNextAsync(new Event { Number = 4 });
        await Board.Reached(key + ".last");
        Assert.Equal(4, Assert.Single(await subscriber.Received()));
    }

    [Fact]
    public async Task Whoever_has_left_receives_nothing_more()
    {
        string key = TestSilo.NewKey();
        ISubscriberGrain subscriber = silo.Grains.GetGrain<ISubscriberGrain>(key);
        await subscriber.Subscribe(last: 0);
        IPublisherGrain publisher = silo.Grains.GetGrain<IPublisherGrain>(key);
        await publisher.Publish(0, 1);
        await Board.Reached(key + ".last");
        await subscriber.Unsubscribe();

        TaskCompletionSource second = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await Stream(key).SubscribeAsync((_, _) =>
        {
            second.TrySetResult();
            return Task.CompletedTask;
        });
        await publisher.Publish(1, 1);
        await second.Task.WaitAsync(Board.Patience);
        Assert.Equal(0, Assert.Single(await subscriber.Received()));
    }

    [Fact]
    public async Task Streams_with_other_names_are_apart()
    {
        string key = TestSilo.NewKey();
        ISubscriberGrain subscriber = silo.Grains.GetGrain<ISubscriberGrain>(key);
        await subscriber.Subscribe(last: 1);
        await Provider().GetStream<Event>(StreamId.Create("others", key)).OnNextAsync(new Event { Number = 7 });
        await Stream(key).OnNextAsync(new Event { Number = 1 });
        await Board.Reached(key + ".last");
        Assert.Equal(1, Assert.Single(await subscriber.Received()));
    }

    [Fact]
    public async Task Subscriptions_are_listed()
    {
        string key = TestSilo.NewKey();
        StreamSubscriptionHandle<Event> handle = await Stream(key).SubscribeAsync((_, _) => Task.CompletedTask);
        StreamSubscriptionHandle<Event> listed = Assert.Single(await Stream(key).GetAllSubscriptionHandles());
        Assert.Equal(handle.HandleId, listed.HandleId);
        Assert.Equal((StreamId.Create("events", key), "streams"), (listed.StreamId, listed.ProviderName));
        await listed.UnsubscribeAsync();
        Assert.Empty(await Stream(key).GetAllSubscriptionHandles());
    }

    [Fact]
    public async Task An_event_wakes_a_subscriber_that_was_deactivated()
    {
        string key = TestSilo.NewKey();
        ISleeperGrain sleeper = silo.Grains.GetGrain<ISleeperGrain>(key);
        await sleeper.Subscribe();
        await Stream(key).OnNextAsync(new Event { Number = 1 });
        await Board.Reached(key + ".took 1");
        await sleeper.Leave();
        await Board.Reached(key + ".asleep");
        await Stream(key).OnNextAsync(new Event { Number = 2 });
        await Board.Reached(key + ".took 2");
    }

    [Fact]
    public async Task An_event_that_its_subscriber_refuses_comes_again()
    {
        string key = TestSilo.NewKey();
        ConcurrentQueue<int> offered = new();
        TaskCompletionSource second = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await Stream(key).SubscribeAsync((item, _) =>
        {
            offered.Enqueue(item.Number);
            if (item.Number == 2)
            {
                second.TrySetResult();
            }
            return offered.Count == 1 ? throw new InvalidOperationException("Not yet.") : Task.CompletedTask;
        });
        await Stream(key).OnNextAsync(new Event { Number = 1 });
        await Stream(key).OnNextAsync(new Event { Number = 2 });
        await second.Task.WaitAsync(Board.Patience);
        Assert.Equal([1, 1, 2], offered);
    }

    private IStreamProvider Provider() => silo.Services.GetRequiredService<IClusterClient>().GetStreamProvider("streams");

    private IAsyncStream<Event> Stream(string key) => Provider().GetStream<Event>(StreamId.Create("events", key));
}
