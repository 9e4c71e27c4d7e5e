namespace Orleans.Configuration;

/// <summary>How silos watch each other. There is one here: the values are held, and not used.</summary>
public class ClusterMembershipOptions
{
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(5);

    public TimeSpan MaxProbeTimeout { get; set; } = TimeSpan.FromSeconds(60);

    public int NumMissedProbesLimit { get; set; } = 3;

    public int NumVotesForDeathDeclaration { get; set; } = 2;

    public bool EnableConnectionLivenessCheck { get; set; }
}

/// <summary>How silos are connected. There is one here: the value is held, and not used.</summary>
public class ConnectionOptions
{
    public int ConnectionsPerEndpoint { get; set; } = 1;
}
