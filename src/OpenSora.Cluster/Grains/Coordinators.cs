using OpenSora.Hosting.Cards;

namespace OpenSora.Cluster.Grains;

/// <summary>Which silos of a cluster are coordinators.</summary>
internal static class Coordinators
{
    /// <summary>Those that do their work, in an order that all of them agree on. The only card of a job is in its coordinator's silo.</summary>
    /// <param name="own">The silo that asks, which is a coordinator.</param>
    public static SiloAddress[] Of(ClusterMembershipSnapshot cluster, SiloAddress own) =>
        [.. cluster.Members.Values.Where(member => member.SiloAddress.Equals(own) || (member.Status == SiloStatus.Active && OnItsCard.CardOf(member.Name) is null)).Select(member => member.SiloAddress).Order()];
}
