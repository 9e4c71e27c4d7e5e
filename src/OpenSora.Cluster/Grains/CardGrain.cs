using OpenSora.Cluster.Cards;
using OpenSora.Cluster.Videos;
using OpenSora.Contracts.Videos;

namespace OpenSora.Cluster.Grains;

/// <inheritdoc cref="ICardGrain"/>
[FirstSilo]
internal sealed class CardGrain(CardDirectory directory, IVideoStore store) : Grain, ICardGrain
{
    public async Task<CardDocument?> Get()
    {
        if (directory.Cards.FirstOrDefault(card => card.Name == this.GetPrimaryKeyString()) is not { } card)
            return null;
        string? video = card.Holder is not { } job ? null
            : (await store.Unfinished(CancellationToken.None)).FirstOrDefault(row => row.Job == job)?.Video.Id;
        return CardDocument.Of(new CardStatus(
            card.Name, card.Registration.Device, card.Kind, card.Registration.Threads, card.State, directory.IsResting(card), video,
            card.Registration.MemoryBytes, card.FreeMemoryBytes));
    }
}
