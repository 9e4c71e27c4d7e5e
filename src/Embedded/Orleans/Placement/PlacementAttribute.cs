namespace Orleans.Placement;

/// <summary>Says on a grain's class where it is activated.</summary>
[AttributeUsage(AttributeTargets.Class)]
public abstract class PlacementAttribute : Attribute
{
    protected PlacementAttribute(PlacementStrategy placement) => PlacementStrategy = placement;

    public PlacementStrategy PlacementStrategy { get; }
}

/// <summary>A grain that is activated on its caller's silo.</summary>
public sealed class PreferLocalPlacementAttribute() : PlacementAttribute(new Local())
{
    private sealed class Local : PlacementStrategy;
}
