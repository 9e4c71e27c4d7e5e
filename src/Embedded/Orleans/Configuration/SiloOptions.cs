namespace Orleans.Configuration;

/// <summary>Which silo this is.</summary>
public class SiloOptions
{
    /// <summary>Default: the machine's name.</summary>
    public string SiloName { get; set; } = $"Silo_{Environment.MachineName}";
}
