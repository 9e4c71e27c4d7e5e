using Orleans.Streams;

namespace Orleans.Tests.Streams;

[GenerateSerializer]
internal sealed class Event
{
    [Id(0)]
    public int Number { get; set; }

    [Id(1)]
    public List<int> Trail { get; set; } = [];
}

internal interface IPublisherGrain : IGrainWithStringKey
{
    Task Publish(int first, int count);
}

internal sealed class PublisherGrain : Grain, IPublisherGrain
{
    public async Task Publish(int first, int count)
    {
        IAsyncStream<Event> stream = this.GetStreamProvider("streams").GetStream<Event>(StreamId.Create("events", this.GetPrimaryKeyString()));
        Event sent = new();
        for (int number = first; number < first + count; number++)
        {
            sent.Number = number;
            sent.Trail.Add(number);
            await stream.OnNextAsync(sent);
        }
    }
}

internal interface ISubscriberGrain : IGrainWithStringKey
{
    Task Subscribe(int last);

    Task Unsubscribe();

    Task<int[]> Received();

    Task<bool> EveryTurnWasAlone();
}

internal sealed class SubscriberGrain : Grain, ISubscriberGrain
{
    private readonly List<int> received = [];
    private StreamSubscriptionHandle<Event>? subscription;
    private int inside;
    private bool together;

    public async Task Subscribe(int last)
    {
        IAsyncStream<Event> stream = this.GetStreamProvider("streams").GetStream<Event>(StreamId.Create("events", this.GetPrimaryKeyString()));
        subscription = await stream.SubscribeAsync(async (item, _) =>
        {
            together |= ++inside > 1;
            await Task.Yield();
            inside--;
            received.Add(item.Number);
            if (item.Number == last)
            {
                Board.Reach(this.GetPrimaryKeyString() + ".last");
            }
        });
    }

    public Task Unsubscribe() => subscription!.UnsubscribeAsync();

    public Task<int[]> Received() => Task.FromResult(received.ToArray());

    public Task<bool> EveryTurnWasAlone() => Task.FromResult(!together);
}

internal interface ISleeperGrain : IGrainWithStringKey
{
    Task Subscribe();

    Task Leave();
}

/// <summary>Takes its subscription up again when an event wakes it.</summary>
internal sealed class SleeperGrain : Grain, ISleeperGrain
{
    private IAsyncStream<Event> Stream => this.GetStreamProvider("streams").GetStream<Event>(StreamId.Create("events", this.GetPrimaryKeyString()));

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        foreach (StreamSubscriptionHandle<Event> handle in await Stream.GetAllSubscriptionHandles())
        {
            await handle.ResumeAsync(Take);
        }
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Board.Reach(this.GetPrimaryKeyString() + ".asleep");
        return Task.CompletedTask;
    }

    public Task Subscribe() => Stream.SubscribeAsync(Take);

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    private Task Take(Event item, StreamSequenceToken? token)
    {
        Board.Reach($"{this.GetPrimaryKeyString()}.took {item.Number}");
        return Task.CompletedTask;
    }
}
