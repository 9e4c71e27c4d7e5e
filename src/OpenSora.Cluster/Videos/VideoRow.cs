using System.Text.Json.Serialization;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Videos;

namespace OpenSora.Cluster.Videos;

/// <summary>What is kept of a video.</summary>
public sealed record VideoRow
{
    public required Video Video { get; init; }

    /// <summary>Its job in the <see cref="Store.JobStore"/>; null before one began.</summary>
    public string? Job { get; init; }

    /// <summary>How often its making was begun, or gone on with. Whoever made an older one of it has no say any more.</summary>
    public long Epoch { get; init; }

    /// <summary>How often in a row all of its cards were lost, without progress in between.</summary>
    public int Losses { get; init; }

    /// <summary>The span in which it was asked for, as W3C's traceparent. Default: null (none).</summary>
    public string? TraceParent { get; init; }

    /// <summary>
    /// It is the only work of a process: it does not wait for its turn, begins without a card, and its job outlives its failure for whoever
    /// goes on with it. Default: false.
    /// </summary>
    public bool IsPrivate { get; init; }

    /// <summary>Its job is done, and is audited; for one that is private. Default: null.</summary>
    public AuditOrder? Audit { get; init; }

    /// <summary>The most cards that it gets, where that is more than it asks for. Default: 0.</summary>
    public int MostCards { get; init; }

    /// <summary>The owner's key. Default: null.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>What was asked for, hashed: the same key with another one is a mistake. Default: empty.</summary>
    public string Fingerprint { get; init; } = "";

    /// <summary>Raised with each write; a write with an older one is refused. 0 before the first.</summary>
    [JsonIgnore]
    public long Version { get; init; }
}

/// <summary>How rows, and what grains say about videos, are written as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(VideoRow))]
[JsonSerializable(typeof(Video))]
[JsonSerializable(typeof(CardStatus))]
internal sealed partial class VideoJson : JsonSerializerContext;
