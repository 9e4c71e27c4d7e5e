using OpenSora.Contracts.Settings;

namespace OpenSora.Contracts.Cards;

/// <summary>How a process shows that it is of a cluster: docs/security.md. No record, for those print all they hold.</summary>
[Variables]
public sealed class MembershipOptions
{
    /// <summary>What all processes of the cluster share. Default: null (see <see cref="TokenFile"/>).</summary>
    [Variable(CardProtocol.TokenVariable)]
    public string? Token { get; init; }

    /// <summary>A file that holds it, as secrets are mounted; <see cref="Token"/> wins over it. Default: null (there is none).</summary>
    [Variable(CardProtocol.TokenFileVariable)]
    public string? TokenFile { get; init; }

    /// <summary>This process's certificate, PEM; those between it and the authority may follow. Default: null (connections between hosts are not encrypted).</summary>
    [Variable(ClusterTls.CertificateVariable)]
    public string? Certificate { get; init; }

    /// <summary>Its key, PEM. Default: null.</summary>
    [Variable(ClusterTls.KeyVariable)]
    public string? Key { get; init; }

    /// <summary>The authority that signs the members, and nothing else, PEM. Default: null.</summary>
    [Variable(ClusterTls.AuthorityVariable)]
    public string? Authority { get; init; }

    /// <summary>The token itself; null when there is none.</summary>
    /// <exception cref="InputException">The file cannot be read, or is empty.</exception>
    public string? ReadToken()
    {
        if (Token is not null || TokenFile is null)
            return Token;
        try
        {
            // Whoever writes such a file with an editor leaves a line end, which is no part of the token.
            return File.ReadAllText(TokenFile).Trim() is { Length: > 0 } read ? read
                : throw new InputException($"{CardProtocol.TokenFileVariable}={TokenFile}: it is empty; put the cluster's token into it");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{CardProtocol.TokenFileVariable}={TokenFile}: {error.Message}; name a file that this process can read", error);
        }
    }

    /// <summary>What encrypts; null when no file is named.</summary>
    /// <exception cref="InputException">Only a part is named, or a file cannot be used.</exception>
    public ClusterTls? ReadTls() => (Certificate, Key, Authority) switch
    {
        (null, null, null) => null,
        ({ } certificate, { } key, { } authority) => new ClusterTls(certificate, key, authority),
        _ => throw new InputException(
            $"{(Certificate is null ? ClusterTls.CertificateVariable : Key is null ? ClusterTls.KeyVariable : ClusterTls.AuthorityVariable)} is not set, though others of its kind are: "
            + $"for TLS between the processes of a cluster set {ClusterTls.CertificateVariable}, {ClusterTls.KeyVariable} and {ClusterTls.AuthorityVariable} to PEM files"),
    };
}
