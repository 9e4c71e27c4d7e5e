using System.Net;
using System.Net.Sockets;
using System.Text;
using OpenSora.Contracts.Cards;
using OpenSora.Links;
using OpenSora.TestKit;

namespace OpenSora.Parallel.Tests.Links;

/// <summary>Who gets in where links are encrypted.</summary>
public sealed class LinkTlsTests : IDisposable
{
    private static readonly byte[] Token = Encoding.UTF8.GetBytes("shared");
    private static readonly LinkRequest Request = new(Gang.Name, 1, 0);

    private readonly string _folder = Directory.CreateTempSubdirectory("opensora-tls").FullName;
    private readonly TestAuthority _ours;
    private readonly LinkListener _listener;

    public LinkTlsTests()
    {
        _ours = new TestAuthority(_folder);
        _listener = new LinkListener(new IPEndPoint(IPAddress.Loopback, 0), Token, Options(_ours));
    }

    public void Dispose()
    {
        _listener.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void A_member_is_let_in()
    {
        using Stream asked = LinkConnector.Connect(_listener.Address, Request, Token, Options(_ours), default);
        using Stream? taken = _listener.Take(Request, TimeSpan.FromSeconds(30), default);
        asked.Write([7]);
        Assert.Equal(7, taken!.ReadByte());
        Assert.Equal(0, _listener.NoMembers);
    }

    [Fact]
    public void A_member_still_needs_the_token()
    {
        PeerException e = Assert.Throws<PeerException>(() => LinkConnector.Connect(_listener.Address, Request, Encoding.UTF8.GetBytes("other"), Options(_ours), default));
        Assert.Equal(PeerFault.WrongToken, e.Cause);
    }

    [Fact]
    public void A_stranger_is_refused_by_both_sides()
    {
        TestAuthority theirs = new(Path.Combine(_folder, "theirs"));
        PeerException e = Assert.Throws<PeerException>(() => LinkConnector.Connect(_listener.Address, Request, Token, Options(theirs), default));
        Assert.Equal((0, PeerFault.NoMember), (e.Rank, e.Cause));
        Assert.Contains("authority", e.Message);
        Assert.Null(_listener.Take(Request, TimeSpan.Zero, default));
        // One that would take the listener for a member itself, and has no certificate of its own.
        ClusterTls trusting = Tls(_ours);
        trusting.Client.ClientCertificateContext = null;
        Assert.Throws<PeerException>(() => LinkConnector.Connect(_listener.Address, Request, Token, Gang.Options with { Tls = trusting }, default));
        Eventually(() => _listener.NoMembers >= 1);
        Assert.Null(_listener.Take(Request, TimeSpan.Zero, default));
    }

    [Fact]
    public void Plain_words_are_refused()
    {
        using Socket socket = LinkAddress.Open(_listener.Address);
        socket.Connect(_listener.Address);
        socket.Send("GET / HTTP/1.1\r\n\r\n"u8);
        Eventually(() => _listener.NoMembers + _listener.NoGreetings == 1);
        Assert.Null(_listener.Take(Request, TimeSpan.Zero, default));
    }

    /// <summary>Settings of a member of an authority.</summary>
    private static LinkOptions Options(TestAuthority authority) => Gang.Options with { Joining = TimeSpan.FromSeconds(5), Tls = Tls(authority) };

    private static ClusterTls Tls(TestAuthority authority)
    {
        (string certificate, string key) = authority.Sign(Guid.NewGuid().ToString("n"));
        return new ClusterTls(certificate, key, authority.CertificateFile);
    }

    private static void Eventually(Func<bool> holds) => Assert.True(SpinWait.SpinUntil(holds, TimeSpan.FromSeconds(30)));
}
