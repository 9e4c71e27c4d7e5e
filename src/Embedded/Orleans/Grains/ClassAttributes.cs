namespace Orleans
{
    /// <summary>A grain that stays, however idle it is.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public class KeepAliveAttribute : Attribute;

    /// <summary>The name of a grain's kind, so that its class may be renamed while stored states are found again.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class GrainTypeAttribute(string grainType) : Attribute
    {
        internal string Name { get; } = grainType;
    }
}

namespace Orleans.Placement
{
    /// <summary>Where a grain is activated. There is one silo here, and it is there.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public abstract class PlacementAttribute : Attribute;

    /// <summary>A grain that is activated on its caller's silo.</summary>
    public sealed class PreferLocalPlacementAttribute : PlacementAttribute;
}
