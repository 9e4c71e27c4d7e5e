using OpenSora.Contracts.Cards;

namespace OpenSora.Hosting.Cards;

/// <summary>One card. The key is its name; the grain lives in the card's own process, which is a silo of that name.</summary>
/// <remarks>
/// The tasks bring an <see cref="Alive"/> first, or a <see cref="TaskRefused"/>. Then the coordinator connects to the card's links under
/// the name of the call and sends the parts; the parts of replies come there, too. Closing that link stops the task, as cancelling does.
/// </remarks>
[Alias("opensora.card")]
public interface ICardGrain : IGrainWithStringKey
{
    [Alias("describe")]
    Task<CardDescription> Describe();

    [Alias("health")]
    Task<CardHealth> Health();

    [Alias("load")]
    IAsyncEnumerable<CardAnswer> Load(CardCall call, LoadTask task, CancellationToken cancel);

    [Alias("encode-text")]
    IAsyncEnumerable<CardAnswer> EncodeText(CardCall call, EncodeTextTask task, CancellationToken cancel);

    [Alias("encode-reference")]
    IAsyncEnumerable<CardAnswer> EncodeReference(CardCall call, EncodeReferenceTask task, CancellationToken cancel);

    [Alias("start")]
    IAsyncEnumerable<CardAnswer> Start(CardCall call, StartTask task, CancellationToken cancel);

    [Alias("denoise")]
    IAsyncEnumerable<CardAnswer> Denoise(CardCall call, DenoiseTask task, CancellationToken cancel);

    [Alias("decode")]
    IAsyncEnumerable<CardAnswer> Decode(CardCall call, DecodeTask task, CancellationToken cancel);
}

/// <summary>Who asks a card for a task.</summary>
/// <param name="Name">Of the call; another one each time. The link of the call has it.</param>
/// <param name="Card">The instance that is meant: <see cref="CardDescription.Instance"/>.</param>
/// <param name="Coordinator">The silo that asks. The task ends when it is gone.</param>
/// <param name="Job">Who has the card.</param>
/// <param name="Epoch">Higher than any before: what is late of an older one is refused.</param>
/// <param name="Parts">How many tensors come before the work begins.</param>
[GenerateSerializer, Immutable, Alias("opensora.card-call")]
public sealed record CardCall(
    [property: Id(0)] string Name, [property: Id(1)] string Card, [property: Id(2)] SiloAddress Coordinator, [property: Id(3)] string Job,
    [property: Id(4)] long Epoch, [property: Id(5)] int Parts);

/// <summary>A reply, and how many tensors of it follow over the link of the call.</summary>
[GenerateSerializer, Immutable, Alias("opensora.card-answer")]
public sealed record CardAnswer([property: Id(0)] CardReply Reply, [property: Id(1)] int Parts);
