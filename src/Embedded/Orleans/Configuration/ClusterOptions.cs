namespace Orleans.Configuration;

/// <summary>Which cluster this is.</summary>
public class ClusterOptions
{
    public const string DefaultClusterId = "default";

    public const string DefaultServiceId = "default";

    /// <summary>Silos of one id find each other. Default: "default".</summary>
    public string ClusterId { get; set; } = DefaultClusterId;

    /// <summary>Names the service over all its deployments; storages may file under it. Default: "default".</summary>
    public string ServiceId { get; set; } = DefaultServiceId;
}
