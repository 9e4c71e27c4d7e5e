using OpenSora.Contracts.Cards;

namespace OpenSora.Links;

/// <summary>Limits of the links of a gang; the same on all its ranks.</summary>
public sealed record LinkOptions
{
    /// <summary>How often a rank that has nothing to send says that it is alive. Default: 0.5 s.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>How long a peer may say nothing, or take nothing, before it counts as gone. Default: 2 s.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long to wait for a frame of a peer that is alive: longer than any unit or step takes. It ends a hang in native
    /// code, where heartbeats go on. Default: 10 min.
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long the ranks of a gang may take to find each other. Default: 10 s.</summary>
    public TimeSpan Joining { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Encrypts links between hosts, and lets members of the cluster in only. Default: null (not). Links within a host never need it.</summary>
    public ClusterTls? Tls { get; init; }

    /// <summary>The largest body of a frame. Default: 1 GiB.</summary>
    public long MaxFrameBytes { get; init; } = 1L << 30;
}
