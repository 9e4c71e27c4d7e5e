using System.Security.Cryptography.X509Certificates;
using OpenSora.Contracts.Cards;
using OpenSora.TestKit;

namespace OpenSora.Contracts.Tests;

public sealed class ClusterTlsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("opensora-tls").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void WhoIsSignedByTheAuthorityIsAMember()
    {
        TestAuthority ours = new(Path.Combine(_folder, "ours")), theirs = new(Path.Combine(_folder, "theirs"));
        (string certificate, string key) = ours.Sign("silo");
        ClusterTls tls = new(certificate, key, ours.CertificateFile);
        Assert.True(tls.IsMember(tls.Certificate));
        Assert.True(tls.IsMember(Load(ours.Sign("card").Certificate)));
        Assert.False(tls.IsMember(Load(ours.Sign("late", days: -1).Certificate)));
        Assert.False(tls.IsMember(Load(theirs.Sign("card").Certificate)));
        Assert.False(tls.IsMember(Load(theirs.CertificateFile)));
        Assert.False(tls.IsMember(null));
    }

    [Fact]
    public void FilesThatCannotBeUsedAreNamed()
    {
        TestAuthority authority = new(_folder);
        (string certificate, string key) = authority.Sign("silo");
        (_, string otherKey) = authority.Sign("other");
        string empty = Path.Combine(_folder, "empty.pem");
        File.WriteAllText(empty, "");
        Refused(ClusterTls.CertificateVariable, "missing.pem", () => new ClusterTls(Path.Combine(_folder, "missing.pem"), key, authority.CertificateFile));
        Refused(ClusterTls.CertificateVariable, "empty.pem", () => new ClusterTls(empty, key, authority.CertificateFile));
        Refused(ClusterTls.KeyVariable, "other-key.pem", () => new ClusterTls(certificate, otherKey, authority.CertificateFile));
        Refused(ClusterTls.AuthorityVariable, "empty.pem", () => new ClusterTls(certificate, key, empty));

        static void Refused(string variable, string file, Func<ClusterTls> make)
        {
            string message = Assert.Throws<InputException>(make).Message;
            Assert.Contains(variable, message);
            Assert.Contains(file, message);
        }
    }

    private static X509Certificate2 Load(string file) => X509CertificateLoader.LoadCertificateFromFile(file);
}
