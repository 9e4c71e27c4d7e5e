using System.Security.Cryptography;
using System.Text;

namespace OpenSora.Silo.Cards;

/// <summary>What all processes of a cluster share, so that nobody else gives them work or takes it from them.</summary>
internal sealed class ClusterToken(string value)
{
    private readonly byte[] _hash = SHA256.HashData(Encoding.UTF8.GetBytes(value));

    public string Value { get; } = value;

    /// <summary>The one that was given, else a new one that nobody can guess.</summary>
    public static ClusterToken Of(string? given) => new(given ?? RandomNumberGenerator.GetHexString(32, lowercase: true));

    /// <summary>Whether a request carries it; takes as long for any wrong one.</summary>
    public bool IsIn(HttpRequest request)
    {
        const string scheme = "Bearer ";
        string header = request.Headers.Authorization.ToString();
        byte[] given = SHA256.HashData(Encoding.UTF8.GetBytes(header.StartsWith(scheme, StringComparison.Ordinal) ? header[scheme.Length..] : ""));
        return CryptographicOperations.FixedTimeEquals(given, _hash);
    }
}
