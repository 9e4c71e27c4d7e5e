using System.Security.Cryptography;
using System.Text;
using OpenSora.Contracts.Cards;

namespace OpenSora.Silo.Cards;

/// <summary>What all processes of a cluster share, so that nobody else gives them work or takes it from them.</summary>
internal sealed class ClusterToken(string value)
{
    private readonly byte[] _hash = SHA256.HashData(Encoding.UTF8.GetBytes(value));

    public string Value { get; } = value;

    /// <summary>Whether the environment names one.</summary>
    public static bool IsGiven => ClusterSecret.FromEnvironment() is not null;

    /// <summary>That of the environment, else a new one that nobody can guess.</summary>
    public static ClusterToken OfEnvironment() =>
        new(ClusterSecret.FromEnvironment() ?? RandomNumberGenerator.GetHexString(32, lowercase: true));

    /// <summary>Whether a request carries it; takes as long for any wrong one.</summary>
    public bool IsIn(HttpRequest request)
    {
        const string scheme = "Bearer ";
        string header = request.Headers.Authorization.ToString();
        byte[] given = SHA256.HashData(Encoding.UTF8.GetBytes(header.StartsWith(scheme, StringComparison.Ordinal) ? header[scheme.Length..] : ""));
        return CryptographicOperations.FixedTimeEquals(given, _hash);
    }
}
