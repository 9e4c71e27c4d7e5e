using System.Globalization;
using OpenSora.Cluster.Videos;
using OpenSora.Contracts.Videos;

namespace OpenSora.Silo.Api;

/// <summary><c>/v1/videos</c> and what is below.</summary>
internal static class VideoEndpoints
{
    private const int UsualPage = 20;

    public static void MapVideos(this IEndpointRouteBuilder api, IHostApplicationLifetime lifetime, long mostUploadBytes)
    {
        RouteGroupBuilder videos = api.MapGroup("/v1/videos").AddEndpointFilter(OnlyIds).WithTags("videos");
        videos.MapPost("", async (HttpContext http, IVideoService service, VideoServiceOptions options) =>
        {
            VideoOrder order = await VideoOrders.Read(http.Request, mostUploadBytes, options);
            // A client that goes away has still asked: it may ask again with the same key.
            return Show(await service.Submit(order, CancellationToken.None));
        }).Produces<VideoBody>().Refuses(400, 413, 415, 422, 429, 507).WithSummary("Asks for a video");
        videos.MapPost("/sync", async (HttpContext http, IVideoService service, VideoServiceOptions options) =>
            await VideoContent.Await(http, service, await VideoOrders.Read(http.Request, mostUploadBytes, options), lifetime.ApplicationStopping))
            .Produces(200, null, "video/mp4", "image/png").Refuses(400, 409, 413, 415, 422, 429, 507).WithSummary("Asks for a video and answers with its file; who leaves cancels it");
        videos.MapGet("", async (HttpContext http, IVideoService service, string? after, string? limit, string? order, string? status, string? report, CancellationToken cancel) =>
        {
            VideoPage page = await service.List(OwnerFilter.OwnerOf(http), AfterOf(after), LimitOf(limit), IsNewestFirst(order), StatusesOf(status), cancel);
            return Results.Json(VideoList.Of(page, WithReports(report)), VideoBody.Json);
        }).Produces<VideoList>().Refuses(400).WithSummary("Lists videos, the newest first");
        videos.MapGet("/{id}", async (HttpContext http, IVideoService service, string id, CancellationToken cancel) =>
            await service.Find(OwnerFilter.OwnerOf(http), id, cancel) is { } video ? Show(video) : Missing(id))
            .Produces<VideoBody>().Refuses(404).WithSummary("One video");
        videos.MapDelete("/{id}", async (HttpContext http, IVideoService service, string id) =>
            await service.Delete(OwnerFilter.OwnerOf(http), id, CancellationToken.None) is { } video
                ? Results.Json(new VideoDeleted(video.Id, "video.deleted", true), VideoBody.Json)
                : Missing(id))
            .Produces<VideoDeleted>().Refuses(404).WithSummary("Removes a video; one that is not done is cancelled first");
        videos.MapPost("/{id}/cancel", async (HttpContext http, IVideoService service, string id) =>
            await service.Cancel(OwnerFilter.OwnerOf(http), id, CancellationToken.None) is { } video ? Show(video) : Missing(id))
            .Produces<VideoBody>().Refuses(404).WithSummary("Ends a video that is not done, and keeps what is known of it");
        videos.MapPost("/{id}/pause", async (HttpContext http, IVideoService service, string id) =>
            await service.Pause(OwnerFilter.OwnerOf(http), id, CancellationToken.None) is { } video ? Show(video) : Missing(id))
            .Produces<VideoBody>().Refuses(404).WithSummary("Gives its cards back within a step; it waits until it is resumed");
        videos.MapPost("/{id}/resume", async (HttpContext http, IVideoService service, string id) =>
            await service.Resume(OwnerFilter.OwnerOf(http), id, CancellationToken.None) is { } video ? Show(video) : Missing(id))
            .Produces<VideoBody>().Refuses(404).WithSummary("Lets a video that was paused go on");
        videos.MapPost("/{id}/branch", async (HttpContext http, IVideoService service, string id, CancellationToken cancel) =>
            await service.Find(OwnerFilter.OwnerOf(http), id, cancel) is { } video
                ? Show(await service.Submit(await BranchOrders.Read(http.Request, mostUploadBytes, video), CancellationToken.None))
                : Missing(id))
            .Produces<VideoBody>().Refuses(400, 404, 413, 415, 422, 429, 507).WithSummary("Asks for a video that goes on from a step of another one, with another prompt or guidance");
        videos.MapPost("/{id}/remix", async (HttpContext http, IVideoService service, string id, CancellationToken cancel) =>
            await service.Find(OwnerFilter.OwnerOf(http), id, cancel) is { } video
                ? Show(await service.Submit(await VideoOrders.Remix(http.Request, mostUploadBytes, video), CancellationToken.None))
                : Missing(id))
            .Produces<VideoBody>().Refuses(400, 404, 413, 415, 422, 429, 507).WithSummary("Asks for a video with the settings of another and a new prompt");
        videos.MapMethods("/{id}/content", ["GET", "HEAD"], VideoContent.Send)
            .Produces(200, null, "video/mp4", "image/png").Produces(206).Produces(304).Produces(416).Refuses(400, 404, 409).WithSummary("The file, with ranges, its first frame, or a sheet of its frames");
        videos.MapGet("/{id}/events", (HttpContext http, IVideoService service, string id) => VideoEvents.Send(http, service, id, lifetime.ApplicationStopping))
            .Produces(200, null, "text/event-stream").Refuses(404).WithSummary("Server-sent events until the end");
        videos.MapGet("/events", (HttpContext http, IVideoService service) => VideoEvents.SendAll(http, service, lifetime.ApplicationStopping))
            .Produces(200, null, "text/event-stream").WithSummary("Server-sent events of all videos");
        videos.MapSettings();
    }

    public static IResult Missing(string id) =>
        new ApiError(StatusCodes.Status404NotFound, "video_not_found", "no such video", $"there is no video '{ApiError.Shown(id)}' of yours: GET /v1/videos lists them", "id");

    /// <summary>What is no id is none of a video, and goes no further.</summary>
    private static async ValueTask<object?> OnlyIds(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        context.HttpContext.GetRouteValue("id") is string id && !Contracts.Videos.Video.IsId(id) ? Missing(id) : await next(context);

    private static IResult Show(Contracts.Videos.Video video) => Results.Json(VideoBody.Of(video), VideoBody.Json);

    private static string? AfterOf(string? after) => after switch
    {
        null or "" => null,
        _ => Contracts.Videos.Video.IsId(after) ? after : throw new FieldException("after", $"after '{ApiError.Shown(after)}' is no video of yours: give the last_id of the page before"),
    };

    private static int LimitOf(string? limit) => limit is null ? UsualPage
        : int.TryParse(limit, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number
        : throw VideoField.Refuse("limit", limit, "a whole number from 1 to 100");

    private static bool IsNewestFirst(string? order) => order switch
    {
        null or "desc" => true,
        "asc" => false,
        _ => throw VideoField.Refuse("order", order, "asc or desc"),
    };

    /// <summary>A cancelled video is one that failed, as <see cref="VideoBody"/> shows it.</summary>
    private static VideoStatus[] StatusesOf(string? status) => status switch
    {
        null => [],
        "queued" => [VideoStatus.Queued],
        "in_progress" => [VideoStatus.InProgress],
        "completed" => [VideoStatus.Completed],
        "failed" => [VideoStatus.Failed, VideoStatus.Cancelled],
        _ => throw VideoField.Refuse("status", status, string.Join(", ", VideoBody.Statuses)),
    };

    private static bool WithReports(string? report) => report switch
    {
        null or "false" => false,
        "true" => true,
        _ => throw VideoField.Refuse("report", report, "true or false"),
    };
}
