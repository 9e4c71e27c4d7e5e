using System.Net;
using System.Net.Sockets;
using System.Text;
using OpenSora.Contracts;
using OpenSora.Parallel.Gangs;
using OpenSora.Links;

namespace OpenSora.Parallel.Tests.Links;

public sealed class LinkListenerTests : IDisposable
{
    private static readonly byte[] Token = Encoding.UTF8.GetBytes("shared");
    private static readonly LinkOptions Options = Gang.Options with { Joining = TimeSpan.FromSeconds(5) };

    private readonly LinkListener _listener = new(new IPEndPoint(IPAddress.Loopback, 0), Token, Options);

    public void Dispose() => _listener.Dispose();

    [Fact]
    public void Who_knows_the_token_is_let_in()
    {
        using Stream asked = Ask(new LinkRequest(Gang.Name, 1, 0), Token);
        using Stream? taken = _listener.Take(new LinkRequest(Gang.Name, 1, 0), TimeSpan.FromSeconds(30), default);
        Assert.NotNull(taken);
        Assert.Equal(0, _listener.WrongTokens);
    }

    [Fact]
    public void Another_token_is_refused_and_counted()
    {
        foreach (string wrong in new[] { "", "shareD", "shared!", new string('x', 500) })
        {
            PeerException e = Assert.Throws<PeerException>(() => Ask(new LinkRequest(Gang.Name, 1, 0), Encoding.UTF8.GetBytes(wrong)));
            Assert.Equal((0, PeerFault.WrongToken), (e.Rank, e.Cause));
        }
        Eventually(() => _listener.WrongTokens == 4);
        Assert.Null(_listener.Take(new LinkRequest(Gang.Name, 1, 0), TimeSpan.Zero, default));
    }

    [Fact]
    public void A_listener_without_the_token_is_noticed()
    {
        using LinkListener other = new(new IPEndPoint(IPAddress.Loopback, 0), Encoding.UTF8.GetBytes("other"), Options);
        Assert.Equal(PeerFault.WrongToken, Assert.Throws<PeerException>(
            () => LinkConnector.Connect(other.Address, new LinkRequest(Gang.Name, 1, 0), Token, Options, default)).Cause);
    }

    [Fact]
    public void An_old_epoch_is_refused_and_counted()
    {
        using Stream early = Ask(new LinkRequest(Gang.Name with { Epoch = 4 }, 1, 0), Token);
        _listener.Fence(Gang.Name with { Epoch = 5 });
        Assert.Null(_listener.Take(new LinkRequest(Gang.Name with { Epoch = 4 }, 1, 0), TimeSpan.Zero, default));
        Assert.Equal(PeerFault.WrongEpoch, Assert.Throws<PeerException>(
            () => Ask(new LinkRequest(Gang.Name with { Epoch = 4 }, 1, 0), Token)).Cause);
        Eventually(() => _listener.WrongEpochs == 1);
        Ask(new LinkRequest(new GangName("another job", 1), 1, 0), Token).Dispose();
        Ask(new LinkRequest(Gang.Name with { Epoch = 5 }, 1, 0), Token).Dispose();
    }

    /// <summary>The rank that waits for it says so, too.</summary>
    [Fact]
    public void Another_version_is_refused_and_counted()
    {
        using Stream stream = Connect();
        Skip(stream);
        stream.Write([2, 0, 0x91, LinkProtocol.Version + 1]);
        byte[] answer = Skip(stream);
        Assert.Equal([0x93, LinkProtocol.Version, (byte)PeerFault.WrongProtocol], answer[..3]);
        Eventually(() => _listener.WrongProtocols == 1);
        PeerException e = Assert.Throws<PeerException>(() => Mesh.Join(
            Gang.Name, 0, [_listener.Address, _listener.Address], _listener, Token, Options with { Joining = TimeSpan.FromMilliseconds(100) }, default));
        Assert.Contains("version 2 of the protocol where this card speaks version 1; run the same build on all cards", e.Message);
    }

    [Fact]
    public void Noise_is_counted_and_does_no_harm()
    {
        Random random = new(2);
        for (int run = 0; run < 20; run++)
        {
            using Stream stream = Connect();
            byte[] bytes = new byte[100];
            random.NextBytes(bytes);
            bytes[1] = 0;
            bytes[0] = 50;
            bytes[2] = 0xC0;
            stream.Write(bytes);
        }
        Eventually(() => _listener.NoGreetings == 20);
        Ask(new LinkRequest(Gang.Name, 1, 0), Token).Dispose();
    }

    [Fact]
    public void Who_does_not_come_is_named()
    {
        PeerException e = Assert.Throws<PeerException>(() => Mesh.Join(
            Gang.Name, 0, [_listener.Address, _listener.Address], _listener, Token, Options with { Joining = TimeSpan.FromMilliseconds(100) }, default));
        Assert.Equal((1, PeerFault.Lost), (e.Rank, e.Cause));
        using Socket unused = LinkAddress.Open(new IPEndPoint(IPAddress.Loopback, 0));
        unused.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        e = Assert.Throws<PeerException>(() => Mesh.Join(
            Gang.Name, 1, [unused.LocalEndPoint!, _listener.Address], _listener, Token, Options with { Joining = TimeSpan.FromMilliseconds(100) }, default));
        Assert.Equal((0, PeerFault.Lost), (e.Rank, e.Cause));
    }

    /// <summary>A gang that was given up must not keep its card until ranks that never come are late.</summary>
    [Fact]
    public void Who_is_told_to_stop_waits_no_longer()
    {
        using CancellationTokenSource stop = new(TimeSpan.FromMilliseconds(50));
        LinkOptions patient = new() { Joining = TimeSpan.FromMinutes(10) };
        Task joining = Task.Run(() => Mesh.Join(new GangName("job", 1), 0, [_listener.Address, _listener.Address], _listener, [1], patient, stop.Token));
        Assert.Throws<OperationCanceledException>(() => joining.WaitAsync(TimeSpan.FromMinutes(1)).GetAwaiter().GetResult());
    }

    [Fact]
    public void A_socket_file_is_for_this_user_alone_and_removed()
    {
        string path = Path.Combine(Path.GetTempPath(), $"listener-{Guid.NewGuid():n}.sock");
        using (LinkListener listener = new(LinkAddress.Parse($"unix:{path}"), Token, Options))
        {
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            Assert.Equal($"unix:{path}", LinkAddress.Format(listener.Address));
            LinkConnector.Connect(listener.Address, new LinkRequest(Gang.Name, 1, 0), Token, Options, default).Dispose();
        }
        Assert.False(File.Exists(path));
    }

    /// <summary>A killed process leaves its socket file behind; that of a process that listens is left alone.</summary>
    [Fact]
    public void An_abandoned_socket_file_is_taken_over()
    {
        string path = Path.Combine(Path.GetTempPath(), $"listener-{Guid.NewGuid():n}.sock");
        EndPoint address = LinkAddress.Parse($"unix:{path}");
        using (LinkListener killed = new(address, Token, Options))
            File.Move(path, path + ".kept"); // so that its end does not remove it
        File.Move(path + ".kept", path);
        using LinkListener listener = new(address, Token, Options);
        Assert.Throws<SocketException>(() => new LinkListener(address, Token, Options));
    }

    [Theory]
    [InlineData("tcp:127.0.0.1:4711", "tcp:127.0.0.1:4711")]
    [InlineData("tcp:[::1]:80", "tcp:[::1]:80")]
    [InlineData("unix:/run/card.sock", "unix:/run/card.sock")]
    public void Addresses_are_read_and_written(string address, string again) => Assert.Equal(again, LinkAddress.Format(LinkAddress.Parse(address)));

    [Theory]
    [InlineData("127.0.0.1:80")]
    [InlineData("tcp:127.0.0.1")]
    [InlineData("tcp::80")]
    [InlineData("tcp:host:99999")]
    [InlineData("unix:")]
    public void What_is_no_address_is_refused_with_the_remedy(string address) =>
        Assert.Contains("unix:PATH or tcp:HOST:PORT", Assert.Throws<InputException>(() => LinkAddress.Parse(address)).Message);

    private Stream Ask(LinkRequest request, byte[] token) => LinkConnector.Connect(_listener.Address, request, token, Options, default);

    private NetworkStream Connect()
    {
        Socket socket = LinkAddress.Open(_listener.Address);
        socket.Connect(_listener.Address);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static byte[] Skip(Stream stream)
    {
        byte[] prefix = new byte[2];
        stream.ReadExactly(prefix);
        byte[] message = new byte[prefix[0] + 256 * prefix[1]];
        stream.ReadExactly(message);
        return message;
    }

    private static void Eventually(Func<bool> holds) => Assert.True(SpinWait.SpinUntil(holds, TimeSpan.FromSeconds(30)));
}
