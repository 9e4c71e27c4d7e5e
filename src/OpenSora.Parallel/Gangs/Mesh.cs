using System.Net;
using OpenSora.Links;
using OpenSora.Torch;
using static TorchSharp.torch;

namespace OpenSora.Parallel.Gangs;

/// <summary>
/// One epoch of a gang, as one of its ranks sees it: a link to every other rank. All sends return at once; all waits end,
/// with the frame that is due or with a <see cref="PeerException"/>. The first fault, wherever it is noticed, ends the
/// epoch on all ranks. Frames between two ranks arrive in order, so a frame that comes is the one that is due, or a fault.
/// </summary>
public sealed class Mesh : IDisposable
{
    private readonly Peer?[] _peers;
    private readonly CancellationTokenSource _over = new();
    private readonly Lock _gate = new();
    private PeerException? _fault;
    private bool _left;

    /// <param name="links">By rank; null at the rank's own place. The mesh disposes them.</param>
    public Mesh(GangName gang, int rank, IReadOnlyList<ILink?> links, LinkOptions options)
    {
        (Gang, Rank) = (gang, rank);
        _peers = [.. links.Select(link => link is null ? null : new Peer(link, rank, options, End))];
        foreach (Peer? peer in _peers)
            peer?.Start();
    }

    public GangName Gang { get; }

    /// <summary>This rank.</summary>
    public int Rank { get; }

    /// <summary>All ranks, this one too.</summary>
    public int Ranks => _peers.Length;

    /// <summary>What ended the epoch; null while it lasts.</summary>
    public PeerException? Fault => Volatile.Read(ref _fault);

    /// <summary>Cancelled when the epoch ends with a fault, from a thread of a link.</summary>
    public CancellationToken Over => _over.Token;

    /// <summary>A rank that works alone.</summary>
    public static Mesh Alone(string job) => new(new GangName(job, 0), 0, [null], new LinkOptions());

    /// <summary>Joins an epoch: connects to lower ranks and waits for higher ones. Older epochs of the job are refused from now on.</summary>
    /// <param name="addresses">Where the ranks listen, in their order; this rank's own is not used.</param>
    /// <param name="between">Sees the connection to another rank before it is used, and may put another in its place: faults are put in here.</param>
    /// <exception cref="PeerException">A rank did not come in time, or refused.</exception>
    public static Mesh Join(
        GangName gang, int rank, IReadOnlyList<EndPoint> addresses, LinkListener listener, byte[] token, LinkOptions options, CancellationToken cancel,
        Func<Stream, int, Stream>? between = null)
    {
        listener.Fence(gang);
        Stream?[] streams = new Stream?[addresses.Count];
        try
        {
            for (int peer = 0; peer < rank; peer++)
                streams[peer] = LinkConnector.Connect(addresses[peer], new LinkRequest(gang, rank, peer), token, options, cancel);
            long end = Environment.TickCount64 + (long)options.Joining.TotalMilliseconds;
            for (int peer = rank + 1; peer < addresses.Count; peer++)
            {
                streams[peer] = listener.Take(new LinkRequest(gang, peer, rank), TimeSpan.FromMilliseconds(Math.Max(0, end - Environment.TickCount64)), cancel)
                    ?? throw new PeerException(peer, PeerFault.Lost, $"it did not join {gang.Job}, epoch {gang.Epoch}, within {options.Joining.TotalSeconds:0.###} s"
                        + (listener.LastWrongProtocol is { } wrong ? $"; a connection was refused: {wrong}" : ""));
                cancel.ThrowIfCancellationRequested();
            }
            return new Mesh(gang, rank, [.. streams.Select((stream, peer) => stream is null ? null : Link(between?.Invoke(stream, peer) ?? stream, gang, peer, options))], options);
        }
        catch
        {
            foreach (Stream? stream in streams)
                stream?.Dispose();
            throw;
        }
    }

    /// <summary>Meshes of all ranks of a gang within this process.</summary>
    /// <param name="between">Sees the connection between two ranks before it is used, and may put another in its place: tests break it here.</param>
    public static IReadOnlyList<Mesh> InProcess(GangName gang, int ranks, LinkOptions options, Func<Stream, int, int, Stream>? between = null)
    {
        ILink?[][] links = [.. Enumerable.Range(0, ranks).Select(_ => new ILink?[ranks])];
        for (int a = 0; a < ranks; a++)
            for (int b = a + 1; b < ranks; b++)
            {
                (Stream one, Stream other) = MemoryPipe.Create();
                links[a][b] = Link(between?.Invoke(one, a, b) ?? one, gang, b, options);
                links[b][a] = Link(between?.Invoke(other, b, a) ?? other, gang, a, options);
            }
        return [.. links.Select((own, rank) => new Mesh(gang, rank, own, options))];
    }

    /// <summary>
    /// Sends a tensor of any device, which is read until then and must not be changed; the caller may dispose it. Does not wait
    /// for the device where <see cref="DeviceCopy.Overlaps"/>.
    /// </summary>
    /// <exception cref="PeerException">The epoch is over.</exception>
    /// <returns>Bytes of the body.</returns>
    public long Send(int to, FrameAddress address, Tensor body)
    {
        ThrowIfOver();
        long bytes = body.numel() * body.element_size();
        _peers[to]!.Post(address, new DeviceCopy(body, CPU));
        return bytes;
    }

    /// <summary>The next frame of a rank, which must be this one.</summary>
    /// <param name="wait">Whether to wait for it.</param>
    /// <returns>A tensor on the CPU that belongs to the caller and to no dispose scope; null when there is none yet and it is not waited for.</returns>
    /// <exception cref="PeerException">The epoch is over, or is now.</exception>
    public Tensor? Receive(int from, FrameAddress due, ScalarType type, ReadOnlySpan<long> shape, bool wait = true)
    {
        ThrowIfOver();
        Frame? frame;
        try
        {
            frame = _peers[from]!.Take(wait);
        }
        catch (PeerException e)
        {
            End(e);
            throw;
        }
        if (frame is null)
            return null;
        if (frame.Body is { } body && frame.Address == due && body.dtype == type && shape.SequenceEqual(body.shape))
            return body;
        string came = frame.Body is null ? "nothing" : $"{frame.Body.dtype} [{string.Join(", ", frame.Body.shape)}]";
        frame.Body?.Dispose();
        PeerException fault = new(from, PeerFault.Unexpected, $"{frame.Address}, {came}, where {due}, {type} [{string.Join(", ", shape.ToArray())}], was due");
        End(fault);
        throw fault;
    }

    /// <summary>Ends the epoch because this rank cannot go on, and tells the others.</summary>
    public void Fail(string why) => End(new PeerException(Rank, PeerFault.Failed, why));

    /// <summary>Ends the epoch and tells all ranks. Only the first fault counts.</summary>
    public void End(PeerException fault)
    {
        lock (_gate)
        {
            if (_fault is not null || _left)
                return;
            _fault = fault;
        }
        foreach (Peer? peer in _peers)
            peer?.End(fault);
        _over.Cancel();
    }

    /// <summary>Leaves. What was sent arrives, and whoever waits for more of this rank gets a <see cref="PeerException"/>.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_left)
                return;
            _left = true;
        }
        foreach (Peer? peer in _peers)
            peer?.Leave();
        foreach (Peer? peer in _peers)
            peer?.WaitUntilSent();
    }

    /// <exception cref="PeerException">The epoch is over.</exception>
    internal void ThrowIfOver()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _left), this);
        if (Fault is { } fault)
            throw new PeerException(fault.Rank, fault.Cause, fault.Detail, fault);
    }

    private static StreamLink Link(Stream stream, GangName gang, int peer, LinkOptions options)
    {
        stream.ReadTimeout = Timeout.Infinite;
        stream.WriteTimeout = (int)options.Silence.TotalMilliseconds;
        return new StreamLink(stream, gang, peer, options);
    }
}
