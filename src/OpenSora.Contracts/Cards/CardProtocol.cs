namespace OpenSora.Contracts.Cards;

/// <summary>What cards and whoever gives them work agree on before the first word.</summary>
public static class CardProtocol
{
    /// <summary>Raised whenever a record in this folder, or what a task means, changes. Cards of another version are refused.</summary>
    public const int Version = 4;

    /// <summary>The environment variable with the token that all processes of a cluster share.</summary>
    public const string TokenVariable = "OPENSORA_TOKEN";

    /// <summary>The one with a file that holds it.</summary>
    public const string TokenFileVariable = "OPENSORA_TOKEN_FILE";

    /// <summary>The one with the PostgreSQL database that silos and cards of a cluster share, as Npgsql takes it.</summary>
    public const string DatabaseVariable = "OPENSORA_DATABASE";

    /// <summary>How often a card that has a task says that it is alive.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(0.5);

    /// <summary>How long a card that was told to stop may take to end its task.</summary>
    public static readonly TimeSpan Drain = TimeSpan.FromSeconds(25);
}
