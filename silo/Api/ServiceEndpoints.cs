using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Videos;

namespace OpenSora.Silo.Api;

/// <summary><c>/v1/service</c>: maintenance, for who has the cluster's own token.</summary>
internal static class ServiceEndpoints
{
    public static void MapService(this IEndpointRouteBuilder api, ApiTokens tokens)
    {
        RouteGroupBuilder service = api.MapGroup("/v1/service").AddEndpointFilter(async (context, next) => tokens.IsOfCluster(context.HttpContext.Request) ? await next(context) : NotOfCluster()).WithTags("service");
        service.MapGet("", async (IVideoService videos, CancellationToken cancel) => Show(await videos.Status(cancel)))
            .Produces<ServiceBody>().WithSummary("Whether the service is drained, and how many videos are worked on and wait");
        service.MapPost("/drain", async (IVideoService videos) => Show(await videos.Drain(true, CancellationToken.None)))
            .Produces<ServiceBody>().WithSummary("For maintenance: all cards are free within a step, and nothing begins until undrain");
        service.MapPost("/undrain", async (IVideoService videos) => Show(await videos.Drain(false, CancellationToken.None)))
            .Produces<ServiceBody>().WithSummary("Lets a service that was drained work again");
    }

    private static IResult Show(ServiceStatus status) => Results.Json(new ServiceBody("service", status.IsDrained, status.Working, status.Waiting), VideoBody.Json);

    private static ApiError NotOfCluster() => new(
        StatusCodes.Status403Forbidden, "not_the_cluster", "not the cluster's token", $"this is about the videos of all owners: send the {CardProtocol.TokenVariable} of this service as Authorization: Bearer TOKEN");
}

/// <param name="Drained">No video begins until undrain.</param>
/// <param name="Working">Videos that cards work on.</param>
/// <param name="Waiting">Videos that wait for their turn.</param>
internal sealed record ServiceBody(string Object, bool Drained, int Working, int Waiting);
