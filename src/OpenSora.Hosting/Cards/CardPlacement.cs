using OpenSora.Contracts;
using Orleans.Placement;
using Orleans.Runtime.Placement;

namespace OpenSora.Hosting.Cards;

/// <summary>Puts a card's grain into the process of the card, which is the silo of its name.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class OnItsCardAttribute() : PlacementAttribute(new OnItsCard());

[GenerateSerializer, Immutable, Alias("opensora.on-its-card")]
public sealed class OnItsCard : PlacementStrategy
{
    private const string Prefix = "card/";

    /// <summary>What the silo of a card is called.</summary>
    public static string SiloOf(string card) => Prefix + card;

    /// <summary>The card whose silo it is; null when it is another one.</summary>
    public static string? CardOf(string silo) => silo.StartsWith(Prefix, StringComparison.Ordinal) ? silo[Prefix.Length..] : null;
}

internal sealed class CardDirector(IClusterMembershipService membership) : IPlacementDirector
{
    /// <summary>A silo that has just become active is not among the compatible ones yet.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1), Pause = TimeSpan.FromMilliseconds(20);

    /// <exception cref="CardException">There is no such card now.</exception>
    public async Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        string card = target.GrainIdentity.Key.ToString()!, silo = OnItsCard.SiloOf(card);
        for (TimeSpan waited = TimeSpan.Zero; waited < Patience; waited += Pause)
        {
            ClusterMembershipSnapshot now = membership.CurrentSnapshot;
            foreach (SiloAddress address in context.GetCompatibleSilos(target))
                if (now.Members.TryGetValue(address, out ClusterMember? member) && member.Name == silo && member.Status == SiloStatus.Active)
                    return address;
            await Task.Delay(Pause);
        }
        throw new CardException($"{card} is not in the cluster");
    }
}
