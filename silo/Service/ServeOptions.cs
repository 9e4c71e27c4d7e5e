using System.Net;
using OpenSora.Cluster;
using OpenSora.Cluster.Store;
using OpenSora.Cluster.Videos;
using OpenSora.Contracts.Cards;
using OpenSora.Telemetry;

namespace OpenSora.Silo.Service;

/// <summary>How silos of a cluster find each other.</summary>
internal enum Clustering
{
    /// <summary>One silo.</summary>
    Localhost,

    /// <summary>Through the database of the videos.</summary>
    Postgres,
}

/// <summary>What <c>serve</c> runs.</summary>
internal sealed record ServeOptions
{
    public const string DefaultUrl = "http://127.0.0.1:8080";

    /// <summary>Where a service keeps what it has, unless it is told otherwise.</summary>
    public static string DefaultStore(StateOptions state) => Path.Combine(state.Root, "service");

    /// <summary>Where the service listens. Default: http://127.0.0.1:8080.</summary>
    public IReadOnlyList<string> Urls { get; init; } = [DefaultUrl];

    /// <summary>Cards of this machine. Default: 1.</summary>
    public int Cards { get; init; } = 1;

    /// <summary>CPU threads of each. Default: null (all cores, shared between them).</summary>
    public int? Threads { get; init; }

    /// <summary>Their device. Default: null (the best one present).</summary>
    public string? Device { get; init; }

    /// <summary>The card program of local cards. Default: null (the installed one).</summary>
    public string? CardProgram { get; init; }

    /// <summary>What is kept and made, and how.</summary>
    public required VideoServiceOptions Videos { get; init; }

    /// <summary>Waits and attempts.</summary>
    public ClusterOptions Cluster { get; init; } = new();

    /// <summary>How it shows that it is of a cluster.</summary>
    public MembershipOptions Membership { get; init; } = new();

    /// <summary>What is sent of what it does, and where to.</summary>
    public TelemetryOptions Telemetry { get; init; } = new();

    /// <summary>See <see cref="SiloSettings.ApiTokensFile"/>. Default: null.</summary>
    public string? ApiTokensFile { get; init; }

    public Clustering Clustering { get; init; } = Clustering.Localhost;

    /// <summary>Where other silos reach this one. Default: a port of this machine that is free.</summary>
    public IPEndPoint SiloEndpoint { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>The largest request, in bytes: a reference and some fields. Default: 64 MiB.</summary>
    public long MostUploadBytes { get; init; } = 64L << 20;

    /// <summary>Ends the service when standard input does, so that it does not outlive whoever started it. Default: false.</summary>
    public bool Leash { get; init; }
}
