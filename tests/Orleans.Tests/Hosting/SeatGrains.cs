using System.Collections.Concurrent;
using Orleans.Placement;
using Orleans.Runtime.Placement;

namespace Orleans.Tests.Hosting;

internal sealed class SeatPlacement : PlacementStrategy;

internal sealed class SeatPlacementAttribute() : PlacementAttribute(new SeatPlacement());

/// <summary>What the director did.</summary>
internal sealed class Usher
{
    public ConcurrentBag<(GrainId Grain, SiloAddress Silo)> Seated { get; } = [];
}

internal sealed class SeatDirector(Usher usher) : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        SiloAddress silo = context.GetCompatibleSilos(target).Single();
        usher.Seated.Add((target.GrainIdentity, silo));
        return Task.FromResult(silo);
    }
}

internal interface ISeatedGrain : IGrainWithStringKey
{
    Task<string> Where();
}

[SeatPlacement]
internal sealed class SeatedGrain(ILocalSiloDetails silo) : Grain, ISeatedGrain
{
    public Task<string> Where() => Task.FromResult(silo.SiloAddress.ToString());
}
