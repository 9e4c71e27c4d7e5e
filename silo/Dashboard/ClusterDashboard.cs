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

    /// <summary>Answers what is below <see cref="Path"/>. The pages are unpacked, 17 MB of them, when the first one is asked for by who may see it.</summary>
    public static void UseClusterDashboard(this WebApplication app, ApiTokens tokens)
    {
        Lazy<RequestDelegate> pages = new(() => Pages(app.Services));
        ClusterGate gate = new(tokens, http => pages.Value(http));
        app.Use((http, next) => http.Request.Path.StartsWithSegments(Path) ? gate.Invoke(http) : next(http));
    }

    private static RequestDelegate Pages(IServiceProvider services)
    {
        ApplicationBuilder pages = new(services);
        pages.UseRouting();
        pages.UseEndpoints(routes => routes.MapOrleansDashboard(Path)
            .AddEndpointFilter(new SiloFilter(services.GetRequiredService<IClusterMembershipService>(), services.GetRequiredService<IGrainFactory>()))
            .ExcludeFromDescription());
        return pages.Build();
    }
}
