using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime.Placement;

namespace Orleans.Embedded.Placement;

/// <summary>Asks directors where there is nothing to choose, so that one that cannot choose is noticed here, too.</summary>
internal sealed class OneSiloPlacement(ILocalSiloDetails silo) : IPlacementContext
{
    public SiloAddress LocalSilo => silo.SiloAddress;

    public SiloAddress[] GetCompatibleSilos(PlacementTarget target) => [LocalSilo];

    /// <exception cref="OrleansException">The director names another silo than the one that there is.</exception>
    public static async Task ConfirmAsync(IServiceProvider services, PlacementStrategy? strategy, GrainId grain)
    {
        if (strategy is null || services.GetKeyedService<IPlacementDirector>(strategy.GetType()) is not { } director)
        {
            return;
        }
        OneSiloPlacement context = ActivatorUtilities.CreateInstance<OneSiloPlacement>(services);
        SiloAddress chosen = await director.OnAddActivation(strategy, new PlacementTarget(grain), context);
        if (!chosen.Equals(context.LocalSilo))
        {
            throw new OrleansException($"{director.GetType().Name} places {grain} on {chosen}, and there is only {context.LocalSilo}.");
        }
    }
}
