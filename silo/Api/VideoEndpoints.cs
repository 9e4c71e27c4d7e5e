using OpenSora.Cluster.Videos;
using OpenSora.Contracts;
using OpenSora.Contracts.Videos;

namespace OpenSora.Silo.Api;

/// <summary><c>/v1/videos</c> and what is below.</summary>
internal static class VideoEndpoints
{
    private const int UsualPage = 20;

    public static void MapVideos(this IEndpointRouteBuilder api, IHostApplicationLifetime lifetime, long mostUploadBytes)
    {
        RouteGroupBuilder videos = api.MapGroup("/v1/videos").WithTags("videos");
        videos.MapPost("", async (HttpContext http, IVideoService service, VideoServiceOptions options) =>
        {
            VideoOrder order = await VideoOrders.Read(http.Request, mostUploadBytes, options);
            // A client that goes away has still asked: it may ask again with the same key.
            return Show(await service.Submit(order, CancellationToken.None));
        }).Produces<VideoBody>().ProducesProblem(400).ProducesProblem(413).ProducesProblem(422).ProducesProblem(429).WithSummary("Asks for a video");
        videos.MapGet("", async (HttpContext http, IVideoService service, string? after, int? limit, string? order, CancellationToken cancel) =>
        {
            if (order is not (null or "asc" or "desc"))
                throw new InputException($"order '{order}' is not known: give asc or desc");
            VideoPage page = await service.List(OwnerFilter.OwnerOf(http), string.IsNullOrEmpty(after) ? null : after, limit ?? UsualPage, order != "asc", cancel);
            return Results.Json(VideoList.Of(page), VideoBody.Json);
        }).Produces<VideoList>().ProducesProblem(400).WithSummary("Lists videos");
        videos.MapGet("/{id}", async (HttpContext http, IVideoService service, string id, CancellationToken cancel) =>
            await service.Find(OwnerFilter.OwnerOf(http), id, cancel) is { } video ? Show(video) : Missing(id))
            .Produces<VideoBody>().ProducesProblem(404).WithSummary("One video");
        videos.MapDelete("/{id}", async (HttpContext http, IVideoService service, string id) =>
            await service.Delete(OwnerFilter.OwnerOf(http), id, CancellationToken.None) is { } video
                ? Results.Json(new VideoDeleted(video.Id, "video.deleted", true), VideoBody.Json)
                : Missing(id))
            .Produces<VideoDeleted>().ProducesProblem(404).WithSummary("Cancels what is not done, removes what is");
        videos.MapMethods("/{id}/content", ["GET", "HEAD"], Content).ProducesProblem(404).ProducesProblem(409).WithSummary("The file, with ranges, or its first frame");
        videos.MapGet("/{id}/events", (HttpContext http, IVideoService service, string id) => VideoEvents.Send(http, service, id, lifetime.ApplicationStopping))
            .ProducesProblem(404).WithSummary("Server-sent events until the end");
    }

    private static async Task<IResult> Content(HttpContext http, IVideoService service, string id, string? variant, CancellationToken cancel)
    {
        if (variant is not (null or "video" or "thumbnail"))
            throw new InputException($"variant '{variant}' is not known: give video or thumbnail");
        string owner = OwnerFilter.OwnerOf(http);
        if (await service.Find(owner, id, cancel) is not { } video)
            return Missing(id);
        if (await service.FindFile(owner, id, variant == "thumbnail", cancel) is not { } file)
            return Results.Problem(statusCode: StatusCodes.Status409Conflict, title: "no file yet", detail: $"{id} is {VideoBody.Of(video).Status}: its file is there once it is completed");
        return Results.File(file, file.EndsWith(".png", StringComparison.Ordinal) ? "image/png" : "video/mp4", lastModified: File.GetLastWriteTimeUtc(file), enableRangeProcessing: true);
    }

    private static IResult Show(Contracts.Videos.Video video) => Results.Json(VideoBody.Of(video), VideoBody.Json);

    public static IResult Missing(string id) =>
        Results.Problem(statusCode: StatusCodes.Status404NotFound, title: "no such video", detail: $"there is no video '{(id.Length <= 80 ? id : id[..80] + "…")}' of yours: GET /v1/videos lists them");
}
