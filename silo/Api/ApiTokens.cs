using System.Security.Cryptography;
using System.Text;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;

namespace OpenSora.Silo.Api;

/// <summary>
/// Who may ask a service for videos: whoever has the cluster's own token, and the owners of a file of tokens, who see nothing of each
/// other. Without either the service is open, which is for loopback only.
/// </summary>
internal sealed class ApiTokens
{
    /// <summary>Names a file with a line <c>NAME TOKEN</c> for each owner; <c>#</c> begins a comment.</summary>
    public const string FileVariable = "OPENSORA_API_TOKENS_FILE";

    private readonly (string Owner, byte[] Hash)[] _known;

    public ApiTokens(IEnumerable<(string Owner, string Token)> known) => _known = [.. known.Select(one => (one.Owner, Hash(one.Token)))];

    /// <summary>Anybody may ask; all videos are those of the owner with the empty name.</summary>
    public bool IsOpen => _known.Length == 0;

    /// <exception cref="InputException">A file cannot be read.</exception>
    public static ApiTokens FromEnvironment() => new([
        .. ClusterSecret.FromEnvironment() is { } own ? [("", own)] : Array.Empty<(string, string)>(),
        .. Environment.GetEnvironmentVariable(FileVariable) is { Length: > 0 } file ? Read(file) : [],
    ]);

    /// <summary>Whose request it is; null when it has no token, or a wrong one. Takes as long for any wrong one.</summary>
    public string? OwnerOf(HttpRequest request)
    {
        if (IsOpen)
            return "";
        const string scheme = "Bearer ";
        string header = request.Headers.Authorization.ToString();
        byte[] given = Hash(header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) ? header[scheme.Length..].Trim() : "");
        string? owner = null;
        foreach ((string name, byte[] hash) in _known)
            if (CryptographicOperations.FixedTimeEquals(given, hash))
                owner = name;
        return owner;
    }

    private static IEnumerable<(string, string)> Read(string file)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{FileVariable}={file}: {error.Message}; name a file that this process can read", error);
        }
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].Trim() is { Length: 0 } or ['#', ..])
                continue;
            if (lines[i].Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is not [var owner, { Length: >= LeastOfToken } token])
                throw new InputException($"{FileVariable}={file}, line {i + 1}: give NAME TOKEN, the token of {LeastOfToken} characters or more");
            yield return (owner, token);
        }
    }

    private const int LeastOfToken = 16;

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
