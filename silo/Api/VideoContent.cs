using Microsoft.Net.Http.Headers;
using OpenSora.Contracts.Videos;

namespace OpenSora.Silo.Api;

/// <summary>The files of videos.</summary>
internal static class VideoContent
{
    public static readonly string[] Variants = ["video", "thumbnail", "spritesheet"];

    public static async Task<IResult> Send(HttpContext http, IVideoService service, string id, string? variant, CancellationToken cancel)
    {
        VideoFile which = variant switch
        {
            null or "video" => VideoFile.Video,
            "thumbnail" => VideoFile.Thumbnail,
            "spritesheet" => VideoFile.SpriteSheet,
            _ => throw VideoField.Refuse("variant", variant, string.Join(", ", Variants)),
        };
        if (await service.Find(OwnerFilter.OwnerOf(http), id, cancel) is not { } video)
            return VideoEndpoints.Missing(id);
        return await File(http, service, video, which, cancel) ?? new ApiError(
            StatusCodes.Status409Conflict, "not_ready", "no file yet", $"{id} is {VideoBody.WordOf(video.Status)}: its file is there once it is completed", "id");
    }

    /// <summary>Asks for a video, and answers with its file when it is completed.</summary>
    public static async Task<IResult> Await(HttpContext http, IVideoService service, VideoOrder order, CancellationToken stopping)
    {
        Contracts.Videos.Video video = await service.Submit(order, CancellationToken.None);
        http.Response.Headers.ContentLocation = $"/v1/videos/{video.Id}";
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
        try
        {
            await foreach (VideoEvent happened in service.Watch(order.Owner, video.Id, over.Token))
                video = happened is VideoChanged changed ? changed.Video : video;
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            await service.Delete(order.Owner, video.Id, CancellationToken.None); // nobody would know of it
            throw;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            throw new TimeoutException($"the service stops; {video.Id} is made when it is back");
        }
        return await File(http, service, video, VideoFile.Video, CancellationToken.None) ?? (VideoBody.ErrorOf(video) switch
        {
            { Code: "bad_input" } error => new ApiError(StatusCodes.Status400BadRequest, error.Code, "cannot be done as asked", error.Message),
            { Code: "cannot_fit" } error => new ApiError(StatusCodes.Status422UnprocessableEntity, error.Code, "cannot fit", error.Message),
            { Code: "card_failure" } error => new ApiError(StatusCodes.Status500InternalServerError, error.Code, "the video failed", error.Message),
            _ => new ApiError(StatusCodes.Status409Conflict, VideoBody.Cancelled, "cancelled", $"{video.Id} was cancelled or removed before it was done: ask again"),
        });
    }

    /// <summary>Null when there is none.</summary>
    private static async Task<IResult?> File(HttpContext http, IVideoService service, Contracts.Videos.Video video, VideoFile which, CancellationToken cancel)
    {
        if (await service.FindFile(video.Owner, video.Id, which, cancel) is not { } file)
            return null;
        string extension = Path.GetExtension(file), name = which == VideoFile.Video ? video.Id : $"{video.Id}_{which.ToString().ToLowerInvariant()}";
        http.Response.Headers.ContentDisposition = new ContentDispositionHeaderValue("inline") { FileName = name + extension }.ToString();
        // Of an id there is one video, and what is drawn of it is always the same.
        EntityTagHeaderValue tag = new($"\"{name}\"");
        return Results.File(file, extension == ".png" ? "image/png" : "video/mp4", lastModified: System.IO.File.GetLastWriteTimeUtc(file), entityTag: tag, enableRangeProcessing: true);
    }
}
