using Orleans.Embedded.Hosting;
using Orleans.Hosting;

namespace Microsoft.Extensions.Hosting;

/// <summary>A client in another process than the silo. The host of a silo needs none: it has an IClusterClient.</summary>
public static class OrleansClientGenericHostExtensions
{
    /// <exception cref="Orleans.Runtime.OrleansConfigurationException">Always: the embedded runtime does not leave its process.</exception>
    public static IHostApplicationBuilder UseOrleansClient(this IHostApplicationBuilder hostAppBuilder, Action<IClientBuilder> configureDelegate) =>
        throw OneSilo.Refuse("An Orleans client outside the silo's process");

    /// <inheritdoc cref="UseOrleansClient(IHostApplicationBuilder, Action{IClientBuilder})"/>
    public static HostApplicationBuilder UseOrleansClient(this HostApplicationBuilder hostAppBuilder, Action<IClientBuilder> configureDelegate) =>
        throw OneSilo.Refuse("An Orleans client outside the silo's process");
}
