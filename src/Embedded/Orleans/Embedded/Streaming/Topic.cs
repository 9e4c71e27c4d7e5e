using Orleans.Embedded.Activations;

namespace Orleans.Embedded.Streaming;

/// <summary>One stream: who has subscribed, and how many events there were since somebody has. Its provider guards it.</summary>
internal sealed class Topic(Silo silo)
{
    private long events;

    public List<Subscription> Subscriptions { get; } = [];

    /// <summary>Queues a copy of the event for each subscription, all in the same order.</summary>
    public void Publish(object? item)
    {
        EventToken token = new(++events);
        foreach (Subscription subscription in Subscriptions)
        {
            subscription.Enqueue(silo.Copier.CopyOf(item), token);
        }
    }
}
