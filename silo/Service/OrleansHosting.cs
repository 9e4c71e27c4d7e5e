using OpenSora.Cluster.Videos;
using Orleans.Configuration;

namespace OpenSora.Silo.Service;

/// <summary>The one place that says how the grains of the service run.</summary>
internal static class OrleansHosting
{
    public const string ClusterName = "opensora";

    public static void UseGrains(this WebApplicationBuilder builder, ServeOptions options) => builder.UseOrleans(silo =>
    {
        silo.AddActivityPropagation();
        if (options.Clustering == Clustering.Localhost)
        {
            silo.AddVideoGrains();
            silo.UseLocalhostClustering(gatewayPort: 0);
            silo.ListenToNoSilos();
            return;
        }
        silo.AddVideoGrains(new SiloTables(options.Videos.Database!, ClusterName).First);
        silo.UseAdoNetClustering(database => (database.Invariant, database.ConnectionString) = ("Npgsql", options.Videos.Database!));
        silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (ClusterName, ClusterName));
        silo.Configure<ClusterMembershipOptions>(membership =>
        {
            // A silo that hangs is found within seconds, not within a minute; where answers take longer, so does this, up to four times.
            membership.ProbeTimeout = TimeSpan.FromSeconds(1);
            (membership.NumMissedProbesLimit, membership.NumVotesForDeathDeclaration) = (2, 1);
        });
        if (options.Clustering == Clustering.Kubernetes)
            silo.UseKubernetesHosting().Configure<EndpointOptions>(endpoints => endpoints.GatewayPort = 0);
        else
            silo.ConfigureEndpoints(options.SiloEndpoint.Address, options.SiloEndpoint.Port, gatewayPort: 0);
    });
}
