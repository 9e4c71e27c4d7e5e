using OpenSora.Contracts.Videos;

namespace OpenSora.Silo.Api;

/// <summary>All that a silo answers: docs/api.md tells it for people.</summary>
internal static class ApiEndpoints
{
    public static void MapApi(this WebApplication app, long mostUploadBytes, ApiTokens tokens)
    {
        app.UseMiddleware<Problems>();
        app.UseMiddleware<PageHeaders>();
        if (tokens.IsOpen)
            app.UseMiddleware<LoopbackOnly>();
        app.UseStatusCodePages();
        app.UseDefaultFiles();
        // Asked for each time: files of two versions do not go together.
        app.UseStaticFiles(new StaticFileOptions { OnPrepareResponse = file => file.Context.Response.Headers.CacheControl = "no-cache" });
        app.UseRouting();
        app.MapHealth();
        RouteGroupBuilder api = app.MapGroup("").AddEndpointFilter(new OwnerFilter(tokens)).Refuses(401, 403, 500, 503);
        api.MapOpenApi();
        api.MapGet("/v1/models", () => Results.Json(new ModelList("list", [ModelBody.Own]), VideoBody.Json))
            .Produces<ModelList>().WithSummary("The model of this service").WithTags("models");
        api.MapGet("/v1/models/{model}", (string model) => model == VideoBody.ModelName ? Results.Json(ModelBody.Own, VideoBody.Json)
            : new ApiError(StatusCodes.Status404NotFound, "model_not_found", "no such model", $"there is no model '{ApiError.Shown(model)}': {VideoBody.ModelName} is the only one", "model"))
            .Produces<ModelBody>().Refuses(404).WithSummary("One model").WithTags("models");
        api.MapVideos(app.Lifetime, mostUploadBytes);
        api.MapGet("/v1/cards", async (IVideoService videos, CancellationToken cancel) => Results.Json(CardList.Of(await videos.Cards(cancel)), VideoBody.Json))
            .Produces<CardList>().WithSummary("The cards that have joined").WithTags("cards");
        api.MapService(tokens);
        api.MapPrometheusScrapingEndpoint("/metrics");
    }

    /// <summary>For whoever restarts what does not live, and sends requests to what is ready. Cards, disk and database are no reason to restart a silo.</summary>
    private static void MapHealth(this WebApplication app)
    {
        app.MapGet("/health/live", () => Results.Text("live")).Produces<string>(200, "text/plain").WithSummary("200 while the process answers").WithTags("health");
        app.MapGet("/health/ready", (IVideoService videos) =>
            (app.Lifetime.ApplicationStopping.IsCancellationRequested ? "it is ending" : videos.Trouble) is { } why
                ? Results.Text($"not ready: {why}", statusCode: StatusCodes.Status503ServiceUnavailable)
                : Results.Text("ready"))
            .Produces<string>(200, "text/plain").Produces<string>(503, "text/plain").WithSummary("200 while videos can be taken, kept and worked on, else 503 and why not").WithTags("health");
    }
}

/// <summary>The models of <c>GET /v1/models</c>: one.</summary>
internal sealed record ModelList(string Object, IReadOnlyList<ModelBody> Data);

/// <param name="Created">When it was published.</param>
internal sealed record ModelBody(string Id, string Object, long Created, string OwnedBy)
{
    public static ModelBody Own { get; } = new(VideoBody.ModelName, "model", new DateTimeOffset(2024, 6, 17, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds(), "opensora");
}

/// <summary>The cards of <c>GET /v1/cards</c>.</summary>
internal sealed record CardList(string Object, IReadOnlyList<CardBody> Data)
{
    public static CardList Of(IEnumerable<CardStatus> cards) => new("list", [.. cards.Select(CardBody.Of)]);
}

/// <param name="State">idle, busy, draining or resting.</param>
/// <param name="Job">The video that it works on.</param>
internal sealed record CardBody(string Name, string Device, string Kind, int Threads, string State, string? Job, long MemoryBytes, long FreeMemoryBytes)
{
    public static CardBody Of(CardStatus card) => new(
        card.Name, card.Device, card.Kind, card.Threads, card.IsResting ? "resting" : card.State.ToString().ToLowerInvariant(), card.Job, card.MemoryBytes, card.FreeMemoryBytes);
}
