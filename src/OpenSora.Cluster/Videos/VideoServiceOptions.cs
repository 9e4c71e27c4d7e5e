using OpenSora.Scheduling;
using OpenSora.Contracts.Generation;

namespace OpenSora.Cluster.Videos;

/// <summary>How a service keeps and makes its videos.</summary>
public sealed record VideoServiceOptions
{
    /// <summary>The folder of all that is kept: <c>videos.db</c>, <c>videos/ID</c>, <c>jobs/ID</c>, <c>results</c>. Made when missing.</summary>
    public required string Store { get; init; }

    /// <summary>A PostgreSQL connection string; null keeps the state of videos in a SQLite file of <see cref="Store"/>. Default: null.</summary>
    public string? Database { get; init; }

    /// <summary>The networks that all videos are made with. Default: the installed ones.</summary>
    public ModelFolders Models { get; init; } = new();

    /// <summary>How latents become colours in previews, [5, 3]: of each channel and of the constant, red, green and blue in -1 to 1. Default: null (the usual ones).</summary>
    public IReadOnlyList<IReadOnlyList<double>>? LatentRgb { get; init; }

    /// <summary>Whether steps are shown as pictures. Default: true.</summary>
    public bool Previews { get; init; } = true;

    public SchedulerOptions Scheduling { get; init; } = new();

    /// <summary>How often all cards of a video may be lost, without progress in between, until it counts as failed. Default: 3.</summary>
    public int MostLosses { get; init; } = 3;

    /// <summary>What a video that waits counts for in the metric of the queue while none was made yet. Default: 60 s of one card.</summary>
    public TimeSpan GuessedWork { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often the queue decides again when it heard of no change: estimates change with time. Default: 0.25 s.</summary>
    public TimeSpan Tick { get; init; } = TimeSpan.FromSeconds(0.25);

    /// <summary>How often the queue looks into the store, and asks generations and cards, for what it was not told. Default: 5 s.</summary>
    public TimeSpan Look { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a service looks whether it can keep anything. Default: 1 s.</summary>
    public TimeSpan StoreLook { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long its disk or its database may take to answer before nothing is taken any more. Default: 10 s.</summary>
    public TimeSpan StoreSilence { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Bytes that must be free for anything to begin; each video needs room of its own beside. Default: 64 KiB.</summary>
    public long LeastFree { get; init; } = 64 << 10;

    /// <summary>Gigabytes of results that later videos of an owner may take, of each owner; 0 keeps none. Default: 0.</summary>
    public double MostResults { get; init; }

    internal SqlDialect Dialect => Database is null ? SqlDialect.Sqlite(Path.Combine(Store, "videos.db")) : SqlDialect.PostgreSql(Database);
}
