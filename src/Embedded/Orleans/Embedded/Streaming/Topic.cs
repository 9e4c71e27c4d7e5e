using Orleans.Embedded.Activations;

namespace Orleans.Embedded.Streaming;

/// <summary>One stream: who has subscribed, and how many events there were.</summary>
internal sealed class Topic(StreamId id, Silo silo)
{
    private readonly List<Subscription> subscriptions = [];
    private long events;

    public StreamId Id { get; } = id;

    /// <summary>Queues a copy of the event for each subscription, all in the same order.</summary>
    public void Publish(object? item)
    {
        lock (subscriptions)
        {
            EventToken token = new(++events);
            foreach (Subscription subscription in subscriptions)
            {
                subscription.Enqueue(silo.Copier.CopyOf(item), token);
            }
        }
    }

    /// <summary>A subscription of the grain whose turn this is, or of the process.</summary>
    public Subscription Subscribe()
    {
        Subscription subscription = new(this, silo, Activation.Current?.GrainId);
        lock (subscriptions)
        {
            subscriptions.Add(subscription);
        }
        return subscription;
    }

    public void Remove(Subscription subscription)
    {
        lock (subscriptions)
        {
            subscriptions.Remove(subscription);
        }
    }

    public IReadOnlyList<Subscription> OwnSubscriptions()
    {
        GrainId? owner = Activation.Current?.GrainId;
        lock (subscriptions)
        {
            return [.. subscriptions.Where(subscription => subscription.Owner == owner)];
        }
    }
}
