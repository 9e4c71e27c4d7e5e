using Orleans.Configuration;
using Orleans.Embedded.Hosting;

namespace Orleans.Hosting;

/// <summary>Clusters of several silos, found in a database.</summary>
public static class AdoNetHostingExtensions
{
    /// <exception cref="OrleansConfigurationException">Always: the embedded runtime is one silo.</exception>
    public static ISiloBuilder UseAdoNetClustering(this ISiloBuilder builder, Action<AdoNetClusteringSiloOptions> configureOptions) =>
        throw OneSilo.Refuse("Clustering over a database");
}

/// <summary>Clusters of several silos, found by Kubernetes.</summary>
public static class KubernetesHostingExtensions
{
    /// <exception cref="OrleansConfigurationException">Always: the embedded runtime is one silo.</exception>
    public static ISiloBuilder UseKubernetesHosting(this ISiloBuilder siloBuilder) => throw OneSilo.Refuse("Kubernetes hosting");
}
