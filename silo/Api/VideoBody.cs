using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Videos;

namespace OpenSora.Silo.Api;

/// <summary>A video as the API shows it; names and meanings are OpenAI's where that has them.</summary>
/// <param name="Seconds">Length of the file.</param>
/// <param name="Size">Width x height in pixels.</param>
/// <param name="Report">What <c>opensora generate --json</c> tells, once it is completed.</param>
internal sealed record VideoBody(
    string Id, string Object, string Model, string Status, int Progress, long CreatedAt, long? StartedAt, long? CompletedAt, string Prompt, string Size,
    string Seconds, string Priority, string? Stage, int Step, int Steps, int? QueuePosition, double? SecondsLeft, VideoErrorBody? Error, GenerationReport? Report)
{
    public const string ModelName = "opensora-1.2";

    /// <summary>Names in snake case; nothing is left out.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new ReportConverter() },
    };

    public static VideoBody Of(Contracts.Videos.Video video)
    {
        ClipGeometry clip = ClipGeometry.Of(video.Request);
        int frames = video.Report?.Frames ?? clip.Frames;
        return new VideoBody(
            video.Id, "video", ModelName, WordOf(video.Status), video.Progress, video.CreatedAt.ToUnixTimeSeconds(), video.StartedAt?.ToUnixTimeSeconds(),
            video.CompletedAt?.ToUnixTimeSeconds(), video.Request.Prompts[0], $"{clip.Output.Width}x{clip.Output.Height}",
            Math.Round(frames / (double)video.Request.SaveFps, 2).ToString(CultureInfo.InvariantCulture), video.Priority.ToString().ToLowerInvariant(), video.Stage,
            video.Status == VideoStatus.Completed ? video.Request.NumSamplingSteps : video.Step, video.Steps == 0 ? video.Request.NumSamplingSteps : video.Steps,
            video.QueuePosition, video.SecondsLeft, video.Error is { } error ? new VideoErrorBody(error.Code, error.Message) : null,
            // Where files lie is the service's own business.
            video.Report is { } report ? report with { Files = [.. report.Files.Select(file => Path.GetFileName(file)!)], Samples = [.. report.Samples.Select(sample => sample with { File = Path.GetFileName(sample.File) })] } : null);
    }

    private static string WordOf(VideoStatus status) => status switch
    {
        VideoStatus.InProgress => "in_progress",
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

/// <param name="Code">bad_input, cannot_fit or card_failure.</param>
internal sealed record VideoErrorBody(string Code, string Message);

/// <summary>A page of videos.</summary>
internal sealed record VideoList(string Object, IReadOnlyList<VideoBody> Data, string? FirstId, string? LastId, bool HasMore)
{
    public static VideoList Of(VideoPage page)
    {
        VideoBody[] data = [.. page.Videos.Select(VideoBody.Of)];
        return new VideoList("list", data, data.FirstOrDefault()?.Id, data.LastOrDefault()?.Id, page.HasMore);
    }
}

internal sealed record VideoDeleted(string Id, string Object, bool Deleted);
