using System.Security.Cryptography;

namespace OpenSora.Silo.Cards;

/// <summary>What all processes of a cluster share, so that nobody else gives them work or takes it from them.</summary>
internal sealed class ClusterToken(string value)
{
    public string Value { get; } = value;

    /// <summary>The one that was given, else a new one that nobody can guess.</summary>
    public static ClusterToken Of(string? given) => new(given ?? RandomNumberGenerator.GetHexString(32, lowercase: true));
}
