using System.Security.Cryptography;
using System.Text;
using OpenSora.Contracts;

namespace OpenSora.Silo.Api;

/// <summary>
/// Who may ask a service for videos: whoever has the cluster's own token, and the owners of a file of tokens, who see nothing of each
/// other. Without either the service is open, which is for loopback only.
/// </summary>
internal sealed class ApiTokens
{
    private readonly (string Owner, byte[] Hash)[] _known;

    public ApiTokens(IEnumerable<(string Owner, string Token)> known) => _known = [.. known.Select(one => (one.Owner, Hash(one.Token)))];

    /// <summary>Anybody may ask; all videos are those of the owner with the empty name.</summary>
    public bool IsOpen => _known.Length == 0;

    /// <param name="cluster">The cluster's own token; null when there is none.</param>
    /// <param name="file">See <see cref="SiloSettings.ApiTokensFile"/>.</param>
    /// <exception cref="InputException">The file cannot be read.</exception>
    public static ApiTokens Of(string? cluster, string? file) => new([.. cluster is null ? [] : new[] { ("", cluster) }, .. file is null ? [] : Read(file)]);

    /// <summary>Whose request it is; null when it has no token, or a wrong one. Takes as long for any wrong one.</summary>
    public string? OwnerOf(HttpRequest request) => OwnerOf(Credentials(request, "Bearer ") ?? "");

    /// <summary>Whether a request may see what is of no owner alone: it has the cluster's own token, as Bearer or as the password that a browser asks for.</summary>
    public bool IsOfCluster(HttpRequest request) => OwnerOf(Credentials(request, "Bearer ") ?? Password(request) ?? "") is "";

    private string? OwnerOf(string token)
    {
        if (IsOpen)
            return "";
        byte[] given = Hash(token);
        string? owner = null;
        foreach ((string name, byte[] hash) in _known)
            if (CryptographicOperations.FixedTimeEquals(given, hash))
                owner = name;
        return owner;
    }

    /// <summary>The password of HTTP Basic (RFC 7617), whatever the name is.</summary>
    private static string? Password(HttpRequest request)
    {
        string coded = Credentials(request, "Basic ") ?? "";
        byte[] plain = new byte[coded.Length];
        return Convert.TryFromBase64String(coded, plain, out int length) && Encoding.UTF8.GetString(plain, 0, length).Split(':', 2) is [_, var password] ? password : null;
    }

    private static string? Credentials(HttpRequest request, string scheme) =>
        request.Headers.Authorization.ToString() is var header && header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) ? header[scheme.Length..].Trim() : null;

    private static IEnumerable<(string, string)> Read(string file)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{SiloSettings.ApiTokensFileVariable}={file}: {error.Message}; name a file that this process can read", error);
        }
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].Trim() is { Length: 0 } or ['#', ..])
                continue;
            if (lines[i].Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is not [var owner, { Length: >= LeastOfToken } token])
                throw new InputException($"{SiloSettings.ApiTokensFileVariable}={file}, line {i + 1}: give NAME TOKEN, the token of {LeastOfToken} characters or more");
            yield return (owner, token);
        }
    }

    private const int LeastOfToken = 16;

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
