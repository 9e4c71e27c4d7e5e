using System.Net;
using System.Net.Sockets;
using OpenSora.Layout.Gangs;
using OpenSora.Links;
using OpenSora.Parallel.Gangs;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Parallel.Tests.Links;

/// <summary>One link, over each transport.</summary>
public sealed class StreamLinkTests
{
    public static TheoryData<string> Transports => ["memory", "unix", "tcp"];

    private static FrameAddress Address { get; } = new(FrameKind.Tokens, 2, 1, GuidanceHalf.Unconditional, 5, 40);

    [Theory]
    [MemberData(nameof(Transports))]
    public void Tensors_arrive_whole_and_in_order(string transport)
    {
        using DisposeScope scope = NewDisposeScope();
        (Stream one, Stream other) = Open(transport);
        using StreamLink sender = Link(one), receiver = Link(other);
        Tensor[] sent =
        [
            Gang.Noise(1, 3, 5, 7), Gang.Noise(2, 1, 1).to(ScalarType.BFloat16), Gang.Noise(3, 1000, 1200),
            zeros(0, 4), Gang.Noise(4, 9).to(ScalarType.Float16),
        ];
        Thread thread = new(() =>
        {
            foreach (Tensor tensor in sent)
            {
                sender.Send(FrameAddress.Of(FrameKind.Heartbeat));
                sender.Send(Address with { Unit = tensor.numel() }, tensor);
            }
        });
        thread.Start();
        foreach (Tensor tensor in sent)
        {
            Assert.Equal(FrameKind.Heartbeat, receiver.Receive().Address.Kind);
            Frame frame = receiver.Receive();
            using Tensor body = frame.Body!;
            Assert.Equal(Address with { Unit = tensor.numel() }, frame.Address);
            Assert.Equal((tensor.dtype, string.Join(',', tensor.shape)), (body.dtype, string.Join(',', body.shape)));
            Assert.Equal(Gang.Bytes(tensor), Gang.Bytes(body));
        }
        thread.Join();
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public void An_end_is_a_loss(string transport)
    {
        (Stream one, Stream other) = Open(transport);
        using StreamLink receiver = Link(other);
        one.Dispose();
        PeerException e = Assert.Throws<PeerException>(() => receiver.Receive());
        Assert.Equal((4, PeerFault.Lost), (e.Rank, e.Cause));
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public void Disposing_ends_what_waits(string transport)
    {
        (Stream one, Stream other) = Open(transport);
        StreamLink link = Link(one);
        using StreamLink silent = Link(other);
        Exception? end = null;
        Thread waiting = new(() => end = Record.Exception(() => { link.Receive(); }));
        waiting.Start();
        Assert.False(waiting.Join(50));
        link.Dispose();
        Assert.True(waiting.Join(TimeSpan.FromSeconds(30)));
        Assert.IsType<PeerException>(end);
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public void A_peer_that_takes_nothing_is_slow(string transport)
    {
        (Stream one, Stream other) = Open(transport);
        using Stream unread = other;
        one.WriteTimeout = 100;
        using StreamLink link = Link(one);
        using Tensor body = zeros(1 << 24);
        PeerException e = Assert.Throws<PeerException>(() => link.Send(Address, body));
        Assert.Equal((4, PeerFault.Slow), (e.Rank, e.Cause));
    }

    [Fact]
    public void Another_epoch_or_job_is_refused()
    {
        foreach (GangName name in new[] { Gang.Name with { Epoch = 2 }, new GangName("other", Gang.Name.Epoch) })
        {
            (Stream one, Stream other) = MemoryPipe.Create();
            using StreamLink sender = new(one, name, 1, Gang.Options), receiver = Link(other);
            sender.Send(Address);
            Assert.Equal(PeerFault.WrongEpoch, Assert.Throws<PeerException>(() => receiver.Receive()).Cause);
        }
    }

    [Fact]
    public void Too_much_is_refused_before_memory_is_taken()
    {
        (Stream one, Stream other) = MemoryPipe.Create();
        using StreamLink sender = Link(one), receiver = new(other, Gang.Name, 4, Gang.Options with { MaxFrameBytes = 399 });
        using Tensor body = zeros(100);
        sender.Send(Address, body);
        PeerException e = Assert.Throws<PeerException>(() => receiver.Receive());
        Assert.Equal(PeerFault.Oversized, e.Cause);
        Assert.Contains("400 bytes, more than 399", e.Message);
    }

    /// <summary>Every single byte of a frame, changed.</summary>
    [Fact]
    public void Every_changed_byte_is_noticed()
    {
        using Tensor body = Gang.Noise(1, 3);
        using MemoryStream recorded = new();
        new StreamLink(recorded, Gang.Name, 4, Gang.Options).Send(Address, body);
        byte[] bytes = recorded.ToArray();
        for (int at = 0; at < bytes.Length; at++)
        {
            byte[] damaged = [.. bytes];
            damaged[at] ^= 0x10;
            PeerException e = Assert.Throws<PeerException>(new StreamLink(new MemoryStream(damaged), Gang.Name, 4, Gang.Options).Receive);
            Assert.True(e.Cause is PeerFault.Corrupt or PeerFault.Lost, $"byte {at}: {e.Message}");
        }
    }

    [Fact]
    public void Nonsense_is_no_frame()
    {
        Random random = new(5);
        for (int run = 0; run < 200; run++)
        {
            byte[] bytes = new byte[random.Next(1, 200)];
            random.NextBytes(bytes);
            Assert.Throws<PeerException>(new StreamLink(new MemoryStream(bytes), Gang.Name, 4, Gang.Options).Receive);
        }
    }

    private static StreamLink Link(Stream stream) => new(stream, Gang.Name, 4, Gang.Options);

    private static (Stream, Stream) Open(string transport)
    {
        if (transport == "memory")
            return MemoryPipe.Create();
        string path = Path.Combine(Path.GetTempPath(), $"link-{Guid.NewGuid():n}.sock");
        EndPoint address = transport == "unix" ? new UnixDomainSocketEndPoint(path) : new IPEndPoint(IPAddress.Loopback, 0);
        using Socket listener = LinkAddress.Open(address);
        listener.Bind(address);
        listener.Listen();
        Socket socket = LinkAddress.Open(address);
        socket.Connect(listener.LocalEndPoint!);
        NetworkStream other = new(listener.Accept(), ownsSocket: true);
        File.Delete(path);
        return (new NetworkStream(socket, ownsSocket: true), other);
    }
}
