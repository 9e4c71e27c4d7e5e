using Orleans.Streams;

namespace OpenSora.Cluster.Grains;

/// <summary>Something that happens to a generation.</summary>
/// <param name="Epoch">Of the activation that tells it; a later one takes its place.</param>
[GenerateSerializer, Immutable, Alias("opensora.event")]
public abstract record GenerationEvent([property: Id(0)] long Epoch);

/// <summary>A stage has come so far.</summary>
/// <param name="Item">Which of several videos of one request; null for the only one.</param>
[GenerateSerializer, Immutable, Alias("opensora.event.progress")]
public sealed record StageProgress(long Epoch, [property: Id(0)] string Stage, [property: Id(1)] int Done, [property: Id(2)] int Total, [property: Id(3)] string? Item) : GenerationEvent(Epoch);

/// <summary>There is a picture of the latent after a step: <see cref="IGenerationGrain.Latest"/> has it, for events stay small.</summary>
[GenerateSerializer, Immutable, Alias("opensora.event.drawn")]
public sealed record PreviewDrawn(long Epoch, [property: Id(0)] int Step) : GenerationEvent(Epoch);

/// <summary>A line for the user.</summary>
[GenerateSerializer, Immutable, Alias("opensora.event.notice")]
public sealed record GenerationNotice(long Epoch, [property: Id(0)] string Message) : GenerationEvent(Epoch);

/// <summary>The row changed: it began, waits again, or is over.</summary>
/// <param name="IsOver">This is the last event.</param>
[GenerateSerializer, Immutable, Alias("opensora.event.changed")]
public sealed record StatusChanged(long Epoch, [property: Id(0)] bool IsOver) : GenerationEvent(Epoch);

/// <summary>Something happened to one of the generations of an owner.</summary>
[GenerateSerializer, Immutable, Alias("opensora.event.of")]
public sealed record EventOf([property: Id(0)] string Video, [property: Id(1)] GenerationEvent Event) : GenerationEvent(Event.Epoch);

/// <summary>The streams of the events of generations. They may lose some, as when a silo is lost: the row tells how things stand.</summary>
public static class GenerationStream
{
    /// <summary>The name of the stream provider.</summary>
    public const string Provider = "progress";

    /// <param name="video">Its id.</param>
    public static StreamId Of(string video) => StreamId.Create("videos", video);

    /// <summary>All of an owner: each event is an <see cref="EventOf"/>.</summary>
    public static StreamId OfOwner(string owner) => StreamId.Create("owners", "of " + owner);

    /// <summary>Tells those who follow a video, and those who follow all of its owner.</summary>
    /// <param name="owner">Null: nobody follows all of them.</param>
    public static Task Tell(IStreamProvider streams, string video, string? owner, GenerationEvent happened) => Task.WhenAll(
        streams.GetStream<GenerationEvent>(Of(video)).OnNextAsync(happened),
        owner is null ? Task.CompletedTask : streams.GetStream<GenerationEvent>(OfOwner(owner)).OnNextAsync(new EventOf(video, happened)));
}
