using OpenSora.Contracts.Generation;

namespace OpenSora.Contracts.Videos;

/// <summary>How far a video is.</summary>
public enum VideoStatus
{
    /// <summary>It waits for cards.</summary>
    Queued,

    /// <summary>Cards work on it.</summary>
    InProgress,

    Completed,
    Failed,
    Cancelled,
}

/// <summary>What a video that is not over waits for.</summary>
public enum VideoWait
{
    /// <summary>Those before it.</summary>
    Turn,

    /// <summary>A card that can work: there is none that it could have.</summary>
    Card,

    /// <summary>The service's store, which takes nothing: its disk is full, or it or its database is away.</summary>
    Store,

    /// <summary>Its owner, who paused it.</summary>
    Owner,

    /// <summary>The end of maintenance: the service is drained.</summary>
    Service,
}

/// <summary>Which videos come first, all else being equal.</summary>
public enum VideoPriority
{
    Low,
    Normal,
    High,
}

/// <summary>What there is of a completed video.</summary>
public enum VideoFile
{
    /// <summary>The video itself, or the image of one frame.</summary>
    Video,

    /// <summary>The first frame.</summary>
    Thumbnail,

    /// <summary>Frames from the first to the last in rows, small.</summary>
    SpriteSheet,
}

/// <summary>A video that a service was asked for, as it is at one moment.</summary>
public sealed record Video
{
    private const string Prefix = "video_", Hexadecimal = "0123456789abcdef";

    /// <summary><c>video_</c> and 32 lower-case hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>Whether a text is like an <see cref="Id"/>.</summary>
    public static bool IsId(string text) =>
        text.Length == Prefix.Length + 32 && text.StartsWith(Prefix, StringComparison.Ordinal) && text.AsSpan(Prefix.Length).IndexOfAnyExcept(Hexadecimal) < 0;

    /// <summary>An id that no other video has.</summary>
    public static string NewId() => Prefix + Guid.NewGuid().ToString("n");

    /// <summary>Whose it is: the name of the token that asked for it; empty on a service without tokens.</summary>
    public required string Owner { get; init; }

    public required VideoStatus Status { get; init; }
    public required VideoPriority Priority { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When cards first worked on it; null before.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it was completed, failed or cancelled; null before.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>As it is made, files inside the service's store.</summary>
    public required GenerationRequest Request { get; init; }

    /// <summary>The video whose settings it was asked for with. Default: null (none).</summary>
    public string? RemixedFrom { get; init; }

    /// <summary>The video from whose step <see cref="FromStep"/> it goes on. Default: null (none).</summary>
    public string? BranchedFrom { get; init; }

    /// <summary>Steps that it has from another video. Default: 0.</summary>
    public int FromStep { get; init; }

    /// <summary>Its owner has paused it: it waits, and has no cards, until it is resumed. Default: false.</summary>
    public bool IsPaused { get; init; }

    /// <summary>What its user should know, e.g. that the end of the prompt is cut off. Default: null (nothing).</summary>
    public IReadOnlyList<string>? Notices { get; init; }

    /// <summary>See <see cref="Contracts.Progress.Stage"/>; null while it waits and when it is over.</summary>
    public string? Stage { get; init; }

    /// <summary>Real steps of the stage that are done.</summary>
    public int Step { get; init; }

    /// <summary>Steps of the stage; 0 where none is under way.</summary>
    public int Steps { get; init; }

    /// <summary>Of the whole, 0 to 100; never goes back.</summary>
    public int Progress { get; init; }

    /// <summary>What it waits for; null while it does not.</summary>
    public VideoWait? WaitsFor { get; init; }

    /// <summary>How many are before it; null unless it waits.</summary>
    public int? QueuePosition { get; init; }

    /// <summary>Seconds until it is done, as far as can be told; null where it cannot.</summary>
    public double? SecondsLeft { get; init; }

    /// <summary>Why it failed; null unless it did.</summary>
    public VideoError? Error { get; init; }

    /// <summary>What was made; null unless it is completed. Its files lie in the service's store.</summary>
    public GenerationReport? Report { get; init; }

    /// <summary>Nothing about it will change any more.</summary>
    public bool IsOver => Status is VideoStatus.Completed or VideoStatus.Failed or VideoStatus.Cancelled;
}

/// <summary>Why a video failed.</summary>
/// <param name="Code"><c>bad_input</c>, <c>cannot_fit</c>, <c>card_failure</c>, <c>disk_full</c> or <c>store_failure</c>.</param>
/// <param name="Message">For people: the thing, the value, the limit and the remedy.</param>
public sealed record VideoError(string Code, string Message);
