namespace Orleans.Runtime.Placement;

/// <summary>Chooses silos for the grains of one strategy.</summary>
public interface IPlacementDirector
{
    /// <summary>The silo for a grain that has no activation; an exception is its caller's.</summary>
    Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context);
}

/// <summary>What a director may choose from.</summary>
public interface IPlacementContext
{
    SiloAddress LocalSilo { get; }

    /// <summary>The silos that have the grain's class: here, the one.</summary>
    SiloAddress[] GetCompatibleSilos(PlacementTarget target);
}

/// <summary>Which grain is to be placed.</summary>
public readonly struct PlacementTarget
{
    internal PlacementTarget(GrainId grain) => GrainIdentity = grain;

    public GrainId GrainIdentity { get; }
}
