using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenSora.Cluster.Leases;
using OpenSora.Contracts.Cards;
using OpenSora.Hosting.Cards;

namespace OpenSora.Cluster.Cards;

/// <summary>
/// Keeps the directory as the membership of the cluster is: a silo of a card that becomes active is asked what it is; one that ends or is
/// declared dead is gone. A card that the directory buries is declared dead, so that all calls to it end.
/// </summary>
public sealed partial class CardWatch(
    IClusterMembershipService membership, ILocalSiloDetails own, IGrainFactory grains, ClusterCards directory, ILogger<CardWatch> log) : BackgroundService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2), Pause = TimeSpan.FromMilliseconds(50);

    private readonly Dictionary<SiloAddress, string> _known = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        directory.Buried += DeclareDead;
        try
        {
            await foreach (ClusterMembershipSnapshot now in membership.MembershipUpdates.WithCancellation(stoppingToken))
                Follow(now, stoppingToken);
        }
        catch (OperationCanceledException)
        {
        }
        directory.Buried -= DeclareDead;
    }

    private void Follow(ClusterMembershipSnapshot now, CancellationToken stop)
    {
        foreach ((SiloAddress address, string card) in _known.ToArray())
            if (now.GetSiloStatus(address) != SiloStatus.Active)
            {
                _known.Remove(address);
                directory.Leave(card, address.ToParsableString());
            }
        foreach (ClusterMember member in now.Members.Values)
            if (member.Status == SiloStatus.Active && OnItsCard.CardOf(member.Name) is { } card && _known.TryAdd(member.SiloAddress, card))
                _ = Welcome(member.SiloAddress, card, stop);
    }

    private async Task Welcome(SiloAddress address, string card, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && membership.CurrentSnapshot.GetSiloStatus(address) == SiloStatus.Active)
        {
            try
            {
                CardDescription description = await grains.GetGrain<ICardGrain>(card).Describe().WaitAsync(Patience, stop);
                if (description.Instance != address.ToParsableString())
                {
                    await Task.Delay(Pause, stop); // that is an older one of the name, whose end is not known yet
                    continue;
                }
                if (description.Protocol != CardProtocol.Version)
                    OtherProtocol(log, card, description.Protocol, CardProtocol.Version);
                else
                    directory.Welcome(description);
                if (membership.CurrentSnapshot.GetSiloStatus(address) != SiloStatus.Active)
                    directory.Leave(card, description.Instance);
                return;
            }
            catch (Exception) when (!stop.IsCancellationRequested)
            {
                await Task.Delay(Pause, CancellationToken.None);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private void DeclareDead(Card card)
    {
        SiloAddress address = SiloAddress.FromParsableString(card.Description.Instance);
        if (address.Equals(own.SiloAddress))
            directory.ExpectNoMore(new NoCardException($"no card is left: {card.Name}: {card.BuriedFor}")); // it cannot be started again without this process
        else
            _ = membership.TryKill(address).ContinueWith(
                failed => NotDeclared(log, card.Name, failed.Exception), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    [LoggerMessage(LogLevel.Error, "{Card} speaks version {Version} of the protocol where this silo speaks {Own}, so it gets no work: install the same build everywhere")]
    private static partial void OtherProtocol(ILogger log, string card, int version, int own);

    [LoggerMessage(LogLevel.Warning, "{Card} could not be declared dead")]
    private static partial void NotDeclared(ILogger log, string card, Exception? failure);
}
