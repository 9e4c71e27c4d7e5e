namespace OpenSora.Contracts.Cards;

/// <summary>What cards and whoever gives them work agree on before the first word.</summary>
public static class CardProtocol
{
    /// <summary>Raised whenever a record in this folder, or what a task means, changes. Cards of another version are refused.</summary>
    public const int Version = 2;

    /// <summary>On a card: <c>POST</c> a parcel with a <see cref="CardTask"/>; the answer is parcels of <see cref="CardReply"/>.</summary>
    public const string TaskPath = "/v1/task";

    /// <summary>On a card: <c>GET</c> its <see cref="CardHealth"/>, which reads as a <see cref="CardHeartbeat"/> too. Needs no token.</summary>
    public const string HealthPath = "/health";

    /// <summary>
    /// On a silo: <c>POST</c> a <see cref="CardRegistration"/>; then <c>POST …/{name}/heartbeat</c> a
    /// <see cref="CardHeartbeat"/>, and <c>DELETE …/{name}</c> to leave.
    /// </summary>
    public const string CardsPath = "/v1/cards";

    /// <summary>What the bodies of tasks and replies are.</summary>
    public const string ContentType = "application/vnd.opensora.parcels";

    /// <summary>The environment variable with the token that all processes of a cluster share.</summary>
    public const string TokenVariable = "OPENSORA_TOKEN";

    /// <summary>The one with a file that holds it.</summary>
    public const string TokenFileVariable = "OPENSORA_TOKEN_FILE";

    /// <summary>How often a card says that it is alive: to its silo, and in the reply to a task.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(0.5);

    /// <summary>How long a card may say nothing before it counts as gone.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(2.5);

    /// <summary>How long a card that was told to stop may take to end its task.</summary>
    public static readonly TimeSpan Drain = TimeSpan.FromSeconds(25);
}
