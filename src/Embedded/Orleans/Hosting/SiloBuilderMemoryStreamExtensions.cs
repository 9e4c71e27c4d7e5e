using Microsoft.Extensions.DependencyInjection;
using Orleans.Embedded.Streaming;
using Orleans.Streams;

namespace Orleans.Hosting;

/// <summary>Streams in memory.</summary>
public static class SiloBuilderMemoryStreamExtensions
{
    /// <summary>Adds a provider of streams. It wants a storage named "PubSubStore", as the package does.</summary>
    public static ISiloBuilder AddMemoryStreams(this ISiloBuilder builder, string name, Action<ISiloMemoryStreamConfigurator>? configure = null)
    {
        configure?.Invoke(new MemoryStreamConfigurator());
        builder.Services.AddKeyedSingleton<IStreamProvider>(name, (services, _) => ActivatorUtilities.CreateInstance<MemoryStreamProvider>(services, name));
        return builder;
    }
}

/// <summary>Settings of streams in memory: none here.</summary>
public interface ISiloMemoryStreamConfigurator;
