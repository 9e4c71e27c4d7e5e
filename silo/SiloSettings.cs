using OpenSora.Cluster;
using OpenSora.Cluster.Store;
using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Settings;
using OpenSora.Telemetry;

namespace OpenSora.Silo;

/// <summary>What the environment sets for a silo, read once when it starts. No record, for those print all they hold.</summary>
[Variables]
internal sealed class SiloSettings
{
    public const string ApiTokensFileVariable = "OPENSORA_API_TOKENS_FILE";

    public MembershipOptions Membership { get; init; } = new();

    public StateOptions State { get; init; } = new();

    public ClusterOptions Cluster { get; init; } = new();

    public TelemetryOptions Telemetry { get; init; } = new();

    /// <summary>PostgreSQL connection string for the state of videos. Default: null (a SQLite file).</summary>
    [Variable(CardProtocol.DatabaseVariable)]
    public string? Database { get; init; }

    /// <summary>A file with a line <c>NAME TOKEN</c> for each owner; <c>#</c> begins a comment. Default: null (there are no owners).</summary>
    [Variable(ApiTokensFileVariable)]
    public string? ApiTokensFile { get; init; }
}
