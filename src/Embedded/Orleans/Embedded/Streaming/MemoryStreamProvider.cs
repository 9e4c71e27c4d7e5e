using Microsoft.Extensions.DependencyInjection;
using Orleans.Embedded.Activations;
using Orleans.Providers;
using Orleans.Storage;
using Orleans.Streams;

namespace Orleans.Embedded.Streaming;

/// <summary>The streams of one name.</summary>
internal sealed class MemoryStreamProvider : IStreamProvider
{
    private readonly Dictionary<StreamId, Topic> topics = [];
    private readonly Silo silo;

    /// <exception cref="OrleansConfigurationException">There is no storage for subscriptions: none is needed here, but the packages would fail later.</exception>
    public MemoryStreamProvider(string name, Silo silo)
    {
        (Name, this.silo) = (name, silo);
        if (silo.Services.GetKeyedService<IGrainStorage>(ProviderConstants.DEFAULT_PUBSUB_PROVIDER_NAME) is null)
        {
            throw new OrleansConfigurationException(
                $"Streams '{name}' need a storage for subscriptions: call AddMemoryGrainStorage(\"{ProviderConstants.DEFAULT_PUBSUB_PROVIDER_NAME}\").");
        }
    }

    public string Name { get; }

    public bool IsRewindable => false;

    public IAsyncStream<T> GetStream<T>(StreamId streamId) => new MemoryAsyncStream<T>(this, streamId);

    /// <summary>Queues an event for all who have subscribed; where there is nobody it is gone.</summary>
    public void Publish(StreamId id, object? item)
    {
        lock (topics)
        {
            topics.GetValueOrDefault(id)?.Publish(item);
        }
    }

    /// <summary>A subscription of the grain whose turn this is, or of the process.</summary>
    public Subscription Subscribe(StreamId id)
    {
        lock (topics)
        {
            if (!topics.TryGetValue(id, out Topic? topic))
            {
                topics[id] = topic = new Topic(silo);
            }
            Subscription subscription = new(id, silo, Activation.Current?.GrainId);
            topic.Subscriptions.Add(subscription);
            return subscription;
        }
    }

    /// <summary>Ends a subscription. A stream without any is forgotten: there is one for every job.</summary>
    public void Unsubscribe(Subscription subscription)
    {
        lock (topics)
        {
            if (topics.TryGetValue(subscription.Stream, out Topic? topic) && topic.Subscriptions.Remove(subscription) && topic.Subscriptions.Count == 0)
            {
                topics.Remove(subscription.Stream);
            }
        }
        subscription.End();
    }

    /// <summary>Those of the grain whose turn this is, or of the process.</summary>
    public IReadOnlyList<Subscription> OwnSubscriptions(StreamId id)
    {
        GrainId? owner = Activation.Current?.GrainId;
        lock (topics)
        {
            return [.. topics.GetValueOrDefault(id)?.Subscriptions.Where(subscription => subscription.Owner == owner) ?? []];
        }
    }
}
