namespace Orleans;

/// <summary>The cluster as the rest of the process sees it. A silo's host has one among its services.</summary>
public interface IClusterClient : IGrainFactory
{
    IServiceProvider ServiceProvider { get; }
}
