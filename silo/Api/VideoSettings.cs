using Microsoft.AspNetCore.StaticFiles;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Videos;

namespace OpenSora.Silo.Api;

/// <summary>The request that makes a video, in the fields of <see cref="VideoFields"/>: sent again, with the same reference, it makes the same one.</summary>
/// <param name="Size">Null where resolution and aspect ratio tell it.</param>
internal sealed record VideoSettings(
    string Prompt, string Model, string? Size, string? Resolution, string? AspectRatio, string NumFrames, string FrameTable, int NumSamplingSteps, double CfgScale,
    string? Cache, bool KeepSteps, long Seed, int Fps, int SaveFps, int? Loop, int ConditionFrameLength, int Align, string? MaskStrategy, string? ReferenceBackground, bool StrictSize, bool AllowEmptyPrompt, string MultiResolution, double? Aes,
    double? Flow, string? CameraMotion, string Dtype, int ModelMaxLength, int MicroBatchSize, int MicroFrameSize, bool QkNorm, int? Crf, bool TextEncoderCard, int Cards,
    string Priority)
{
    public static VideoSettings Of(Contracts.Videos.Video video)
    {
        GenerationRequest made = video.Request;
        string? size = made.ImageSize is [var height, var width] ? $"{width}x{height}" : null;
        return new VideoSettings(
            made.Prompts[0], VideoBody.ModelName, size, size is null ? made.Resolution : null, size is null ? made.AspectRatio : null, made.NumFrames, made.FrameTable,
            made.NumSamplingSteps, made.CfgScale, made.Cache, made.KeepSteps, made.Seed, made.Fps, made.SaveFps, made.Loop, made.ConditionFrameLength, made.Align,
            made.MaskStrategies is [var strategy, ..] ? strategy : null, made.ReferenceBackground, made.StrictSize, made.AllowEmptyPrompt, made.MultiResolution, made.Aes, made.Flow, made.CameraMotion, made.Dtype, made.ModelMaxLength,
            made.MicroBatchSize, made.MicroFrameSize, made.QkNorm, made.Crf, made.TextEncoderCard, made.Cards, video.Priority.ToString().ToLowerInvariant());
    }
}

/// <summary>What somebody needs who wants a video like another one.</summary>
internal static class SettingsEndpoints
{
    public static void MapSettings(this IEndpointRouteBuilder videos)
    {
        videos.MapGet("/{id}/settings", async (HttpContext http, IVideoService service, string id, CancellationToken cancel) =>
            await service.Find(OwnerFilter.OwnerOf(http), id, cancel) is { } video ? Results.Json(VideoSettings.Of(video), VideoBody.Json) : VideoEndpoints.Missing(id))
            .Produces<VideoSettings>().Refuses(404).WithSummary("The request that makes it again");
        videos.MapGet("/{id}/reference", async (HttpContext http, IVideoService service, string id, CancellationToken cancel) =>
            await service.Find(OwnerFilter.OwnerOf(http), id, cancel) is { } video ? Reference(video) : VideoEndpoints.Missing(id))
            .Produces(200).Produces(204).Refuses(404).WithSummary("The file that it starts from");
    }

    private static IResult Reference(Contracts.Videos.Video video)
    {
        if (video.Request.ReferencePaths is not [var file, ..] || !File.Exists(file))
            return Results.NoContent();
        new FileExtensionContentTypeProvider().TryGetContentType(file, out string? type);
        return Results.File(file, type, enableRangeProcessing: true);
    }
}
