using Orleans.Placement;
using Orleans.Runtime.Placement;

namespace OpenSora.Cluster.Grains;

/// <summary>Any coordinator's silo: the grains of the service share the work of all of them, and none is in the process of a card.</summary>
[GenerateSerializer, Immutable, Alias("opensora.on-coordinators")]
internal sealed class OnCoordinators : PlacementStrategy;

/// <inheritdoc cref="OnCoordinators"/>
internal sealed class OnCoordinatorsAttribute() : PlacementAttribute(new OnCoordinators());

internal sealed class CoordinatorDirector(IClusterMembershipService membership) : IPlacementDirector
{
    /// <summary>A silo that has just become active is not among the compatible ones yet.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5), Pause = TimeSpan.FromMilliseconds(20);

    /// <exception cref="OrleansException">There is no coordinator now.</exception>
    public async Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        for (TimeSpan waited = TimeSpan.Zero; waited < Patience; waited += Pause)
        {
            SiloAddress[] coordinators = [.. Coordinators.Of(membership.CurrentSnapshot, context.LocalSilo).Intersect(context.GetCompatibleSilos(target))];
            if (coordinators.Length > 0)
                return coordinators[Random.Shared.Next(coordinators.Length)];
            await Task.Delay(Pause);
        }
        throw new OrleansException("no coordinator is in the cluster: try again");
    }
}
