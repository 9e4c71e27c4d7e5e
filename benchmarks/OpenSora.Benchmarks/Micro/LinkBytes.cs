using System.Net;
using System.Net.Sockets;
using BenchmarkDotNet.Attributes;
using OpenSora.Links;

namespace OpenSora.Benchmarks.Micro;

/// <summary>
/// A unit's share of a switch from one process to another, 64 MiB in frames of 2 MiB: over a link with its headers and checksums, against
/// the same bytes over the bare socket, and against copying them in memory.
/// </summary>
public class LinkBytes
{
    private const int Frames = 32, FrameBytes = 2 << 20;
    private readonly byte[] _from = new byte[FrameBytes], _to = new byte[FrameBytes];
    private Socket _near = null!, _far = null!;
    private StreamLink _sender = null!, _receiver = null!;

    /// <summary>What the link runs over.</summary>
    [Params("unix", "tcp")]
    public string Over { get; set; } = "";

    [GlobalSetup]
    public void SetUp()
    {
        new Random(1).NextBytes(_from);
        string path = Path.Combine(Path.GetTempPath(), $"opensora-{Environment.ProcessId}.sock");
        File.Delete(path);
        bool isUnix = Over == "unix";
        using Socket listener = New(isUnix);
        listener.Bind(isUnix ? new UnixDomainSocketEndPoint(path) : new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        _near = New(isUnix);
        _near.Connect(listener.LocalEndPoint!);
        _far = listener.Accept();
        if (!isUnix)
            _near.NoDelay = _far.NoDelay = true;
        GangName gang = new("benchmark", 1);
        (_sender, _receiver) = (new StreamLink(new NetworkStream(_near), gang, 1, new LinkOptions()), new StreamLink(new NetworkStream(_far), gang, 0, new LinkOptions()));
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _near.Dispose();
        _far.Dispose();
    }

    [Benchmark(Baseline = true)]
    public void BareSocket() => Both(
        () => _near.Send(_from),
        () =>
        {
            for (int got = 0; got < FrameBytes; got += _far.Receive(_to.AsSpan(got)))
            {
            }
        });

    [Benchmark]
    public void Link() => Both(
        () => _sender.Send(new FrameAddress(FrameKind.Tokens, 0, 0, default, 0, 0), ElementType.Byte, [FrameBytes], _from),
        () => _receiver.Receive(_ => _to));

    [Benchmark]
    public void Copy()
    {
        for (int i = 0; i < Frames; i++)
            _from.CopyTo(_to, 0);
    }

    private static Socket New(bool isUnix) => isUnix
        ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
        : new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    private static void Both(Action send, Action receive)
    {
        Thread sender = new(() => Repeat(send));
        sender.Start();
        Repeat(receive);
        sender.Join();
    }

    private static void Repeat(Action work)
    {
        for (int i = 0; i < Frames; i++)
            work();
    }
}
