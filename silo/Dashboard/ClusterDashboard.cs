using OpenSora.Silo.Api;
using Orleans.Dashboard;

namespace OpenSora.Silo.Dashboard;

/// <summary>The dashboard of Orleans: all silos and grains of the cluster, for whoever has the cluster's own token.</summary>
internal static class ClusterDashboard
{
    public const string Path = "/dashboard";

    public static void AddClusterDashboard(this ISiloBuilder silo)
    {
        // Its stream of the log would keep a service from ending for as long as somebody looks at it.
        silo.AddDashboard(dashboard => dashboard.HideTrace = true);
        // Else it turns its profilers on silo by silo, and stops at the first card, which has none.
        silo.Services.Configure<GrainProfilerOptions>(profiler => profiler.TraceAlways = true);
    }

    public static void MapClusterDashboard(this WebApplication app, ApiTokens tokens) => app.MapOrleansDashboard(Path)
        .AddEndpointFilter(new ClusterFilter(tokens))
        .AddEndpointFilter(new SiloFilter(app.Services.GetRequiredService<IClusterMembershipService>(), app.Services.GetRequiredService<IGrainFactory>()))
        .ExcludeFromDescription();
}
