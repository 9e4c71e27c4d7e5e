using OpenSora.Contracts.Cards;
using OpenSora.Hosting;
using OpenSora.Hosting.Cards;
using Orleans.Concurrency;
using Orleans.GrainDirectory;

namespace OpenSora.Card.Serving;

/// <inheritdoc cref="ICardGrain"/>
[OnItsCard, GrainDirectory(PlacedGrains.Name), Reentrant, KeepAlive]
internal sealed class CardGrain(CardService card) : Grain, ICardGrain
{
    public Task<CardDescription> Describe() => card.Describe();

    public Task<CardHealth> Health() => card.Check();

    public IAsyncEnumerable<CardAnswer> Load(CardCall call, LoadTask task, CancellationToken cancel) => card.Run(call, task, cancel);

    public IAsyncEnumerable<CardAnswer> EncodeText(CardCall call, EncodeTextTask task, CancellationToken cancel) => card.Run(call, task, cancel);

    public IAsyncEnumerable<CardAnswer> EncodeReference(CardCall call, EncodeReferenceTask task, CancellationToken cancel) => card.Run(call, task, cancel);

    public IAsyncEnumerable<CardAnswer> Start(CardCall call, StartTask task, CancellationToken cancel) => card.Run(call, task, cancel);

    public IAsyncEnumerable<CardAnswer> Denoise(CardCall call, DenoiseTask task, CancellationToken cancel) => card.Run(call, task, cancel);

    public IAsyncEnumerable<CardAnswer> Decode(CardCall call, DecodeTask task, CancellationToken cancel) => card.Run(call, task, cancel);
}
