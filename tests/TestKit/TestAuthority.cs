using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OpenSora.TestKit;

/// <summary>An authority of its own, that signs certificates for the members of a cluster; all as PEM files.</summary>
public sealed class TestAuthority
{
    private readonly X509Certificate2 _own;
    private readonly string _folder;

    public TestAuthority(string folder)
    {
        _folder = Directory.CreateDirectory(folder).FullName;
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        _own = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-10), DateTimeOffset.UtcNow.AddDays(10));
        File.WriteAllText(PathOf("ca"), _own.ExportCertificatePem());
    }

    /// <summary>The authority's certificate.</summary>
    public string CertificateFile => PathOf("ca");

    /// <summary>Signs a certificate that ends so many days from now.</summary>
    /// <returns>Its file and that of its key.</returns>
    public (string Certificate, string Key) Sign(string name, int days = 1)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(name);
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 signed = request.Create(_own, DateTimeOffset.UtcNow.AddDays(-9), DateTimeOffset.UtcNow.AddDays(days), RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(PathOf(name), signed.ExportCertificatePem());
        File.WriteAllText(PathOf(name + "-key"), key.ExportPkcs8PrivateKeyPem());
        return (PathOf(name), PathOf(name + "-key"));
    }

    /// <summary>The environment of a member.</summary>
    public (string Name, string Value)[] Environment(string name)
    {
        (string certificate, string key) = Sign(name);
        return [("OPENSORA_TLS_CERTIFICATE", certificate), ("OPENSORA_TLS_KEY", key), ("OPENSORA_TLS_CA", CertificateFile)];
    }

    private string PathOf(string name) => Path.Combine(_folder, name + ".pem");
}
