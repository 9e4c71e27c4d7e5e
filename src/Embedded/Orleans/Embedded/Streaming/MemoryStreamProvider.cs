using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Embedded.Activations;
using Orleans.Providers;
using Orleans.Storage;
using Orleans.Streams;

namespace Orleans.Embedded.Streaming;

/// <summary>The streams of one name.</summary>
internal sealed class MemoryStreamProvider : IStreamProvider
{
    private readonly ConcurrentDictionary<StreamId, Topic> topics = new();
    private readonly Silo silo;

    /// <exception cref="OrleansConfigurationException">There is no storage for subscriptions. None is needed here, but the packages would fail later.</exception>
    public MemoryStreamProvider(string name, Silo silo)
    {
        (Name, this.silo) = (name, silo);
        if (silo.Services.GetKeyedService<IGrainStorage>(ProviderConstants.DEFAULT_PUBSUB_PROVIDER_NAME) is null)
        {
            throw new OrleansConfigurationException(
                $"Streams '{name}' need a storage named '{ProviderConstants.DEFAULT_PUBSUB_PROVIDER_NAME}': call AddMemoryGrainStorage(\"{ProviderConstants.DEFAULT_PUBSUB_PROVIDER_NAME}\").");
        }
    }

    public string Name { get; }

    public bool IsRewindable => false;

    public IAsyncStream<T> GetStream<T>(StreamId streamId) =>
        new MemoryAsyncStream<T>(Name, topics.GetOrAdd(streamId, id => new Topic(id, silo)));
}
