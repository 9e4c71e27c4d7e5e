using System.Text.Json;
using OpenSora.Hosting.Cards;

namespace OpenSora.Silo.Dashboard;

/// <summary>
/// What the dashboard may ask of the cluster: of silos that are in it, and nothing of grains by name. Cards have no service of the
/// dashboard: for them, what every silo tells of itself is the answer.
/// </summary>
internal sealed class SiloFilter(IClusterMembershipService membership, IGrainFactory grains) : IEndpointFilter
{
    private const string States = ClusterDashboard.Path + "/GrainState";
    private const string History = ClusterDashboard.Path + "/HistoricalStats/{*path}";
    private const string Counters = ClusterDashboard.Path + "/SiloCounters/{*address}";
    private const string Lifecycle = ClusterDashboard.Path + "/LifecycleStages";
    private const string Metadata = ClusterDashboard.Path + "/SiloMetadata/{*address}";
    private const string Properties = ClusterDashboard.Path + "/SiloProperties/{*address}";
    private const string Statistics = ClusterDashboard.Path + "/SiloStats/{*address}";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { IncludeFields = true };

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        string? request = (context.HttpContext.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        if (request is States)
            return Results.NotFound(); // it would call a grain's methods by name
        if (request is Lifecycle)
            return Results.Json(Array.Empty<object>()); // it would ask any silo, cards too
        if (request is not (History or Counters or Metadata or Properties or Statistics))
            return await next(context);
        string? address = (context.HttpContext.GetRouteValue("address") ?? context.HttpContext.GetRouteValue("path")) as string;
        if (membership.CurrentSnapshot.Members.Values.FirstOrDefault(member => member.SiloAddress.ToParsableString() == address) is not { } silo)
            return Results.NotFound();
        if (OnItsCard.CardOf(silo.Name) is null)
            return await next(context);
        return request switch
        {
            History => Results.Json(await grains.GetGrain<IManagementGrain>(0).GetRuntimeStatistics([silo.SiloAddress]), Json),
            Counters => Results.Json(Array.Empty<object>()),
            Properties => Results.Json(new { }),
            _ => await next(context),
        };
    }
}
