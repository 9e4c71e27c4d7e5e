using System.Security.Cryptography;
using System.Text;

namespace OpenSora.Card.Serving;

/// <summary>The token that all processes of a cluster share, as HTTP requests carry it.</summary>
/// <param name="token">Empty: anyone who can reach this card may use it.</param>
internal sealed class SharedToken(string token)
{
    private const string Scheme = "Bearer ";
    private readonly byte[] _hash = SHA256.HashData(Encoding.UTF8.GetBytes(token));
    private long _refused;

    /// <summary>Requests with a wrong token, or none.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Whether a request may pass. Takes the same time for any wrong token; those are counted.</summary>
    /// <param name="authorization">The header of that name.</param>
    public bool Admits(string? authorization)
    {
        string given = authorization?.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) == true ? authorization[Scheme.Length..] : "";
        bool admitted = token.Length == 0 | CryptographicOperations.FixedTimeEquals(_hash, SHA256.HashData(Encoding.UTF8.GetBytes(given)));
        if (!admitted)
            Interlocked.Increment(ref _refused);
        return admitted;
    }
}
