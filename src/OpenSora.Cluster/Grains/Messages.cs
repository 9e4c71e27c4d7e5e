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

/// <summary>The latent after a step, as a picture.</summary>
/// <param name="Png">Below 64 KiB.</param>
[GenerateSerializer, Immutable, Alias("opensora.preview")]
public sealed record Preview([property: Id(0)] int Step, [property: Id(1)] byte[] Png);

/// <summary>A start of a card that a generation has for itself.</summary>
/// <param name="Instance">See <see cref="Contracts.Cards.CardDescription.Instance"/>.</param>
[GenerateSerializer, Immutable, Alias("opensora.lease")]
public sealed record Lease([property: Id(0)] string Card, [property: Id(1)] string Instance);

/// <summary>How a generation is to be made.</summary>
/// <param name="Cards">The most cards that it gets.</param>
/// <param name="Kind">Of its cards; null leaves it to the first one.</param>
/// <param name="Leases">Cards that it has from the beginning.</param>
[GenerateSerializer, Immutable, Alias("opensora.generation-start")]
public sealed record GenerationStart([property: Id(0)] int Cards, [property: Id(1)] string? Kind, [property: Id(2)] Lease[] Leases);

/// <summary>What a generation has while it is being made.</summary>
/// <param name="Silo">Where.</param>
/// <param name="Cards">The most cards that it gets.</param>
/// <param name="Kind">Of its cards; null before the first one.</param>
[GenerateSerializer, Immutable, Alias("opensora.holding")]
public sealed record Holding([property: Id(0)] SiloAddress Silo, [property: Id(1)] int Cards, [property: Id(2)] string? Kind, [property: Id(3)] Lease[] Leases);

/// <summary>A request that is to wait for cards.</summary>
/// <param name="Begins">It does not wait: it begins at once, and takes cards as they come.</param>
[GenerateSerializer, Immutable, Alias("opensora.waiting")]
public sealed record QueuedVideo(
    [property: Id(0)] string Id, [property: Id(1)] string Owner, [property: Id(2)] VideoPriority Priority, [property: Id(3)] DateTimeOffset Asked,
    [property: Id(4)] int Cards, [property: Id(5)] int MostUseful, [property: Id(6)] double Work, [property: Id(7)] string? Kind, [property: Id(8)] bool Begins)
{
    /// <summary>Of a clip; 0 where nobody asks.</summary>
    [Id(9)]
    public long Tokens { get; init; }
}

/// <summary>Where a request stands that waits.</summary>
/// <param name="Before">How many are before it.</param>
/// <param name="SecondsLeft">Until it is done, if cards never idle; null while no video was made yet.</param>
/// <param name="WaitsFor">What keeps it from beginning.</param>
[GenerateSerializer, Immutable, Alias("opensora.queue-place")]
public sealed record QueuePlace([property: Id(0)] int Before, [property: Id(1)] double? SecondsLeft, [property: Id(2)] VideoWait WaitsFor);

/// <summary>What the queue is at.</summary>
[GenerateSerializer, Immutable, Alias("opensora.cluster-state")]
public sealed record ClusterState([property: Id(0)] bool IsDrained, [property: Id(1)] int Working, [property: Id(2)] int Waiting);

/// <summary>A card as the queue sees it: the JSON of a <see cref="Contracts.Videos.CardStatus"/>.</summary>
[GenerateSerializer, Immutable, Alias("opensora.card-status")]
public sealed record CardDocument([property: Id(0)] string Json)
{
    public static CardDocument Of(CardStatus card) => new(JsonSerializer.Serialize(card, VideoJson.Default.CardStatus));

    public CardStatus ToCard() => JsonSerializer.Deserialize(Json, VideoJson.Default.CardStatus)!;
}
