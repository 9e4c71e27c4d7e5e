using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OpenSora.Contracts.Cards;

/// <summary>
/// Mutual TLS between the processes of a cluster: whoever holds a certificate of the cluster's own authority is a member, on
/// either side of a connection. Names in certificates are not compared, since cards come and go with addresses that nobody
/// knows before; so the authority must sign nothing else. The token is asked for as well.
/// </summary>
public sealed class ClusterTls
{
    /// <summary>PEM files: this process's certificate (with those between it and the authority), its key, the authority.</summary>
    public const string CertificateVariable = "OPENSORA_TLS_CERTIFICATE", KeyVariable = "OPENSORA_TLS_KEY", AuthorityVariable = "OPENSORA_TLS_CA";

    private readonly X509Certificate2Collection _authorities;

    /// <exception cref="InputException">A file is missing, or holds something else.</exception>
    public ClusterTls(string certificateFile, string keyFile, string authorityFile)
    {
        X509Certificate2Collection chain = [];
        Read(CertificateVariable, certificateFile, () =>
        {
            chain.ImportFromPemFile(certificateFile);
            return chain.Count > 0 ? chain : throw new CryptographicException("it holds no certificate");
        });
        Certificate = Read(KeyVariable, keyFile, () => X509Certificate2.CreateFromPemFile(certificateFile, keyFile));
        _authorities = Read(AuthorityVariable, authorityFile, () =>
        {
            X509Certificate2Collection authorities = [];
            authorities.ImportFromPemFile(authorityFile);
            return authorities.Count > 0 ? authorities : throw new CryptographicException("it holds no certificate");
        });
        SslStreamCertificateContext context = SslStreamCertificateContext.Create(Certificate, chain, offline: true);
        Server = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = context,
            ClientCertificateRequired = true,
            RemoteCertificateValidationCallback = (_, remote, _, _) => IsMember(remote as X509Certificate2),
        };
        Client = new SslClientAuthenticationOptions
        {
            TargetHost = "card",
            ClientCertificateContext = context,
            RemoteCertificateValidationCallback = (_, remote, _, _) => IsMember(remote as X509Certificate2),
        };
    }

    /// <summary>This process's own, with its key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>For the side that listens.</summary>
    public SslServerAuthenticationOptions Server { get; }

    /// <summary>For the side that connects.</summary>
    public SslClientAuthenticationOptions Client { get; }

    /// <summary>Whether a certificate is of the cluster's authority, and in its time.</summary>
    public bool IsMember(X509Certificate2? certificate)
    {
        if (certificate is null)
            return false;
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        return chain.Build(certificate);
    }

    private static T Read<T>(string variable, string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new InputException($"{variable}={file}: {error.Message.TrimEnd('.')}; give a PEM file that this process can read, the key belonging to the certificate", error);
        }
    }
}
