using Orleans.Placement;
using Orleans.Runtime.Placement;

namespace OpenSora.Cluster.Grains;

/// <summary>
/// All grains of the service are on the silo that joined its cluster first, with the jobs that they begin: one silo has the
/// cards, and the others answer requests and take over when it is gone.
/// </summary>
internal sealed class FirstSilo : PlacementStrategy;

/// <inheritdoc cref="FirstSilo"/>
internal sealed class FirstSiloAttribute() : PlacementAttribute(new FirstSilo());

/// <summary>Of the silos that do their work, the one that joined first; null when there is none.</summary>
internal delegate Task<SiloAddress?> FindFirstSilo();

/// <summary>Places grains as <see cref="FirstSilo"/> says.</summary>
/// <param name="find">Null when there is one silo.</param>
internal sealed class FirstSiloDirector(FindFirstSilo? find = null) : IPlacementDirector
{
    /// <summary>How long a silo that has just joined may be missing from what its peers may choose from.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5), Pause = TimeSpan.FromMilliseconds(100);

    public async Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        for (long begin = Environment.TickCount64; ; await Task.Delay(Pause))
        {
            if (find is null)
                return context.LocalSilo;
            if (await find() is { } first && context.GetCompatibleSilos(target).Contains(first))
                return first;
            if (Environment.TickCount64 - begin > Patience.TotalMilliseconds)
                throw new OrleansException("the silo that has the cards is being replaced: try again");
        }
    }
}
