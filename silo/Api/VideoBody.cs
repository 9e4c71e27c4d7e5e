using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Videos;

namespace OpenSora.Silo.Api;

/// <summary>A video as the API shows it; names and meanings are OpenAI's where that has them.</summary>
/// <param name="Status">One of <see cref="Statuses"/>; a cancelled one failed, with the code <see cref="Cancelled"/>.</param>
/// <param name="Seconds">Its length, as it was asked for where that was in whole seconds.</param>
/// <param name="Size">Width x height in pixels.</param>
/// <param name="ExpiresAt">null: videos are kept until they are removed.</param>
/// <param name="BranchedFromVideoId">The video from whose step FromStep it goes on; null for none.</param>
/// <param name="Paused">Its owner has paused it: it is queued, and has no cards until it is resumed.</param>
/// <param name="WaitsFor">turn, card, store, owner or service: what it waits for; null while it does not wait.</param>
/// <param name="Notices">What its user should know, e.g. that the end of the prompt is cut off.</param>
/// <param name="Report">What <c>opensora generate --json</c> tells, once it is completed.</param>
internal sealed record VideoBody(
    string Id, string Object, string Model, string Status, int Progress, long CreatedAt, long? StartedAt, long? CompletedAt, string Prompt, string Size,
    string Seconds, long? ExpiresAt, string? RemixedFromVideoId, string? BranchedFromVideoId, int? FromStep, bool Paused, string Priority, string? Stage, int Step, int Steps, string? WaitsFor, int? QueuePosition, double? SecondsLeft,
    IReadOnlyList<string> Notices, VideoErrorBody? Error, GenerationReport? Report)
{
    public const string ModelName = "opensora-1.2", Cancelled = "cancelled";

    public static readonly string[] Statuses = ["queued", "in_progress", "completed", "failed"];

    /// <summary>Names in snake case; nothing is left out.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new ReportConverter() },
    };

    /// <param name="withReport">Reports are the largest part of a video. Default: true.</param>
    public static VideoBody Of(Contracts.Videos.Video video, bool withReport = true)
    {
        ClipGeometry clip = ClipGeometry.Of(video.Request);
        return new VideoBody(
            video.Id, "video", ModelName, WordOf(video.Status), video.Progress, video.CreatedAt.ToUnixTimeSeconds(), video.StartedAt?.ToUnixTimeSeconds(),
            video.CompletedAt?.ToUnixTimeSeconds(), video.Request.Prompts[0], $"{clip.Output.Width}x{clip.Output.Height}",
            SecondsOf(video, clip), null, video.RemixedFrom, video.BranchedFrom, video.BranchedFrom is null ? null : video.FromStep, video.IsPaused && !video.IsOver, video.Priority.ToString().ToLowerInvariant(), video.Stage,
            video.Status == VideoStatus.Completed ? video.Request.NumSamplingSteps : video.Step, video.Steps == 0 ? video.Request.NumSamplingSteps : video.Steps,
            (video.WaitsFor ?? (video.Status == VideoStatus.Queued ? VideoWait.Turn : null))?.ToString().ToLowerInvariant(), video.QueuePosition, video.SecondsLeft, [.. (video.Notices ?? []).Select(Wording.Of)], ErrorOf(video),
            // Where files lie is the service's own business.
            withReport && video.Report is { } report ? report with { Files = [.. report.Files.Select(file => Path.GetFileName(file)!)], Samples = [.. report.Samples.Select(sample => sample with { File = Path.GetFileName(sample.File) })] } : null);
    }

    /// <summary>null unless it failed or was cancelled.</summary>
    public static VideoErrorBody? ErrorOf(Contracts.Videos.Video video) => video switch
    {
        // Where files lie is the service's own business.
        { Error: { } error } => new VideoErrorBody(
            error.Code, Wording.Of(error.Message.Replace(video.Request.SaveDir.TrimEnd('/') + "/", "", StringComparison.Ordinal).Replace(video.Request.SaveDir, "the store", StringComparison.Ordinal))),
        { Status: VideoStatus.Cancelled } => new VideoErrorBody(Cancelled, "it was cancelled before it was done; ask again to have it made"),
        _ => null,
    };

    private static string SecondsOf(Contracts.Videos.Video video, ClipGeometry clip) =>
        video.Request is { Loop: null or 1, NumFrames: "2s" or "4s" or "8s" or "16s" or "32s" }
            ? video.Request.NumFrames[..^1]
            : Math.Round((video.Report?.Frames ?? clip.Frames) / (double)video.Request.SaveFps, 2).ToString(CultureInfo.InvariantCulture);

    public static string WordOf(VideoStatus status) => status switch
    {
        VideoStatus.InProgress => "in_progress",
        VideoStatus.Cancelled => "failed",
        _ => status.ToString().ToLowerInvariant(),
    };

    /// <summary>The report is the document that the command line prints, name by name.</summary>
    private sealed class ReportConverter : JsonConverter<GenerationReport>
    {
        public override GenerationReport? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            JsonSerializer.Deserialize(ref reader, Contracts.ContractsJson.Default.GenerationReport);

        public override void Write(Utf8JsonWriter writer, GenerationReport value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value, Contracts.ContractsJson.Default.GenerationReport);
    }
}

/// <param name="Code">bad_input, cannot_fit, card_failure, disk_full, store_failure or cancelled.</param>
internal sealed record VideoErrorBody(string Code, string Message);

/// <summary>A page of videos.</summary>
internal sealed record VideoList(string Object, IReadOnlyList<VideoBody> Data, string? FirstId, string? LastId, bool HasMore)
{
    public static VideoList Of(VideoPage page, bool withReports)
    {
        VideoBody[] data = [.. page.Videos.Select(video => VideoBody.Of(video, withReports))];
        return new VideoList("list", data, data.FirstOrDefault()?.Id, data.LastOrDefault()?.Id, page.HasMore);
    }
}

internal sealed record VideoDeleted(string Id, string Object, bool Deleted);
