namespace Orleans.Runtime;

/// <summary>A way to choose a silo for a grain. A director that is registered for its type chooses.</summary>
public abstract class PlacementStrategy;
