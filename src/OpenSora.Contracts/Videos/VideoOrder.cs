using OpenSora.Contracts.Generation;

namespace OpenSora.Contracts.Videos;

/// <summary>A video that is asked for.</summary>
public sealed record VideoOrder
{
    /// <summary>Characters of a prompt at the most; the model takes a few hundred tokens.</summary>
    public const int MostOfPrompt = 16_384;

    /// <summary>
    /// What to make: one prompt, one sample. Models, device, threads and all file names are the service's own; a
    /// <c>Cards</c> of 0 leaves their number to it.
    /// </summary>
    public required GenerationRequest Request { get; init; }

    /// <summary>See <see cref="Video.RemixedFrom"/>.</summary>
    public string? RemixedFrom { get; init; }

    /// <summary>See <see cref="Video.BranchedFrom"/>.</summary>
    public string? BranchedFrom { get; init; }

    /// <summary>See <see cref="Video.FromStep"/>.</summary>
    public int FromStep { get; init; }

    /// <summary>See <see cref="Video.Owner"/>.</summary>
    public required string Owner { get; init; }

    public VideoPriority Priority { get; init; } = VideoPriority.Normal;

    /// <summary>Of one owner: the same key gives the same video, made once. Default: null.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>An image or a video to start from, the file's bytes. Default: null.</summary>
    public ReadOnlyMemory<byte>? Reference { get; init; }
}

/// <summary>Some videos of a list.</summary>
/// <param name="HasMore">There are others after the last one.</param>
public sealed record VideoPage(IReadOnlyList<Video> Videos, bool HasMore);

/// <summary>Something about a video changed.</summary>
public abstract record VideoEvent;

/// <summary>It is so now. The last one has <see cref="Video.IsOver"/>.</summary>
public sealed record VideoChanged(Video Video) : VideoEvent;

/// <summary>What the latent looks like after a step, roughly: a PNG of latent size.</summary>
public sealed record VideoPreview(int Step, ReadOnlyMemory<byte> Png) : VideoEvent;

/// <summary>A line about its making, e.g. that a card was lost.</summary>
public sealed record VideoNotice(string Message) : VideoEvent;

/// <summary>It is not there any more.</summary>
public sealed record VideoRemoved : VideoEvent;

/// <summary>Something happened to one of an owner's videos.</summary>
public sealed record OwnerEvent(string Id, VideoEvent Event);

/// <summary>The service takes no more for now: its queue, or the owner's share of it, is full.</summary>
/// <param name="retryAfter">When to ask again.</param>
public sealed class QueueFullException(string message, TimeSpan retryAfter) : Exception(message)
{
    public TimeSpan RetryAfter { get; } = retryAfter;
}

/// <summary>An idempotency key was used before, for another request.</summary>
public sealed class KeyReusedException(string message) : InputException(message);
