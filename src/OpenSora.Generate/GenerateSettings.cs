using OpenSora.Card;
using OpenSora.Cluster;
using OpenSora.Cluster.Store;
using OpenSora.Contracts.Settings;

namespace OpenSora.Generate;

/// <summary>What the environment sets for a job, read once when it starts. No record, for those print all they hold.</summary>
[Variables]
internal sealed class GenerateSettings
{
    public StateOptions State { get; init; } = new();

    public ClusterOptions Cluster { get; init; } = new();

    /// <summary>Of this process as a member of its cluster, and of its card if it has one.</summary>
    public CardSettings Card { get; init; } = new();
}
