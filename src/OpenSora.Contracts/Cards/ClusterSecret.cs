namespace OpenSora.Contracts.Cards;

/// <summary>The token that all processes of a cluster share, from the environment: itself, or a file that holds it.</summary>
public static class ClusterSecret
{
    /// <summary>Names a file with the token, as secrets are mounted. <see cref="CardProtocol.TokenVariable"/> wins over it.</summary>
    public const string FileVariable = "OPENSORA_TOKEN_FILE";

    /// <summary>Null when the environment names none.</summary>
    /// <exception cref="InputException">The file cannot be read, or is empty.</exception>
    public static string? FromEnvironment()
    {
        if (Environment.GetEnvironmentVariable(CardProtocol.TokenVariable) is { Length: > 0 } token)
            return token;
        if (Environment.GetEnvironmentVariable(FileVariable) is not { Length: > 0 } file)
            return null;
        try
        {
            // Whoever writes such a file with an editor leaves a line end, which is no part of the token.
            return File.ReadAllText(file).Trim() is { Length: > 0 } read ? read : throw new InputException($"{FileVariable}={file}: it is empty; put the cluster's token into it");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{FileVariable}={file}: {error.Message}; name a file that this process can read", error);
        }
    }
}
