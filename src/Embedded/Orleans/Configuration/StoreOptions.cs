namespace Orleans.Configuration;

/// <summary>States in memory. They end with the process.</summary>
public class MemoryGrainStorageOptions;

/// <summary>Silos that find each other in a database: needs OrleansRuntime=package.</summary>
public class AdoNetClusteringSiloOptions
{
    public string ConnectionString { get; set; } = "";

    /// <summary>The name of the database's provider, such as "Npgsql".</summary>
    public string Invariant { get; set; } = "";
}
