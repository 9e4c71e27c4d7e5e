using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Embedded.Calls;
using Orleans.Embedded.Hosting;

namespace Orleans.Hosting;

/// <summary>Where a silo finds others, and how traces go on in it.</summary>
public static class CoreHostingExtensions
{
    /// <summary>Given for both ids, it leaves them to <see cref="ClusterOptions"/>, where they have defaults of their own.</summary>
    private const string NoId = "dev";

    /// <summary>Calls become activities of the source "Microsoft.Orleans.Application", whose parents are their callers' activities.</summary>
    public static ISiloBuilder AddActivityPropagation(this ISiloBuilder builder) => builder.AddIncomingGrainCallFilter<ActivityPropagation>();

    /// <summary>A silo for one machine: here, the only one.</summary>
    /// <exception cref="OrleansConfigurationException"><paramref name="primarySiloEndpoint"/> names another silo.</exception>
    public static ISiloBuilder UseLocalhostClustering(
        this ISiloBuilder builder,
        int siloPort = EndpointOptions.DEFAULT_SILO_PORT,
        int gatewayPort = EndpointOptions.DEFAULT_GATEWAY_PORT,
        IPEndPoint? primarySiloEndpoint = null,
        string serviceId = NoId,
        string clusterId = NoId)
    {
        if (primarySiloEndpoint is not null && primarySiloEndpoint.Port != siloPort)
        {
            throw OneSilo.Refuse($"A second silo, joining the one at {primarySiloEndpoint},");
        }
        builder.Services.AddSingleton<ClusteringChosen>();
        if ((serviceId, clusterId) != (NoId, NoId))
        {
            builder.Configure<ClusterOptions>(options => (options.ServiceId, options.ClusterId) = (serviceId, clusterId));
        }
        return builder.ConfigureEndpoints(IPAddress.Loopback, siloPort, gatewayPort);
    }
}
