using System.Text.Json;
using OpenSora.Cluster.Videos;
using OpenSora.Contracts.Videos;

namespace OpenSora.Cluster.Grains;

/// <summary>A video on its way between grains: the JSON that is stored, so that one description of it is enough.</summary>
[GenerateSerializer, Immutable, Alias("opensora.video")]
public sealed record VideoDocument([property: Id(0)] string Json)
{
    public static VideoDocument Of(Video video) => new(JsonSerializer.Serialize(video, VideoJson.Default.Video));

    public Video ToVideo() => JsonSerializer.Deserialize(Json, VideoJson.Default.Video)!;
}

/// <summary>How far a video is.</summary>
/// <param name="Epoch">Of whom this comes from: what is late of an older one is passed over.</param>
[GenerateSerializer, Immutable, Alias("opensora.progress")]
public sealed record GenerationProgress([property: Id(0)] long Epoch, [property: Id(1)] string Stage, [property: Id(2)] int Done, [property: Id(3)] int Total);

/// <summary>What the latent looks like after a step.</summary>
/// <param name="Png">Below 64 KiB.</param>
[GenerateSerializer, Immutable, Alias("opensora.preview")]
public sealed record GenerationPreview([property: Id(0)] long Epoch, [property: Id(1)] int Step, [property: Id(2)] byte[] Png);

/// <summary>Something about a video changed: one of the two is there.</summary>
[GenerateSerializer, Immutable, Alias("opensora.change")]
public sealed record GenerationChange([property: Id(0)] VideoDocument? Video, [property: Id(1)] GenerationPreview? Preview);

/// <summary>A request that is to wait for cards.</summary>
[GenerateSerializer, Immutable, Alias("opensora.waiting")]
public sealed record QueuedVideo(
    [property: Id(0)] string Id, [property: Id(1)] string Owner, [property: Id(2)] VideoPriority Priority, [property: Id(3)] DateTimeOffset Asked,
    [property: Id(4)] int Cards, [property: Id(5)] int MostUseful, [property: Id(6)] double Work, [property: Id(7)] string? Kind);

/// <summary>The stream of <see cref="GenerationProgress"/> of a video, for whoever wants to follow many of them.</summary>
public static class ProgressStream
{
    /// <summary>The name of the stream provider.</summary>
    public const string Provider = "progress";

    public static StreamId Of(string video) => StreamId.Create("videos", video);
}

/// <summary>A card as the queue sees it: the JSON of a <see cref="Contracts.Videos.CardStatus"/>.</summary>
[GenerateSerializer, Immutable, Alias("opensora.card-status")]
public sealed record CardDocument([property: Id(0)] string Json)
{
    public static CardDocument Of(CardStatus card) => new(JsonSerializer.Serialize(card, VideoJson.Default.CardStatus));

    public CardStatus ToCard() => JsonSerializer.Deserialize(Json, VideoJson.Default.CardStatus)!;
}
