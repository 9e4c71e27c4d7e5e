using System.Collections.Concurrent;
using System.Net;

namespace OpenSora.Links;

/// <summary>A tensor or a frame as bytes: dense, lowest byte first.</summary>
/// <param name="Shape">Of bytes; a picture is [height, width, 3].</param>
public sealed record Part(IReadOnlyList<long> Shape, ReadOnlyMemory<byte> Bytes)
{
    public static Part Of(ReadOnlyMemory<byte> bytes) => new([bytes.Length], bytes);
}

/// <summary>
/// The tensors of one call of a coordinator to a card, in both directions; the words of the call travel elsewhere. The coordinator
/// connects and closes. Parts arrive in order and whole, or the link is over. One thread may send while another receives.
/// </summary>
public sealed class PartLink : IDisposable
{
    /// <summary>Parts that are read before somebody asks for them: so an end is noticed while nothing is waited for.</summary>
    private const int Ahead = 2;

    private const int Coordinator = 0, Card = 1;

    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(0.1);

    private readonly StreamLink _link;
    private readonly LinkOptions _options;
    private readonly BlockingCollection<Part> _arrived = new(Ahead);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PeerException? _end;

    private PartLink(Stream stream, string call, int peer, LinkOptions options)
    {
        stream.ReadTimeout = Timeout.Infinite;
        stream.WriteTimeout = (int)options.Silence.TotalMilliseconds;
        (_link, _options) = (new StreamLink(stream, new GangName(call, 0), peer, options), options);
        new Thread(ReceiveAll) { IsBackground = true, Name = "parts: receive" }.Start();
    }

    /// <summary>Ends when the other side closes, or this one.</summary>
    public Task Closed => _closed.Task;

    /// <summary>The coordinator's end.</summary>
    /// <param name="address">Where the card listens.</param>
    /// <param name="call">Names the call; another one each time.</param>
    /// <exception cref="PeerException">The card is not there, or refuses.</exception>
    public static PartLink Connect(EndPoint address, string call, byte[] token, LinkOptions options, CancellationToken cancel) =>
        new(LinkConnector.Connect(address, Request(call), token, options, cancel), call, Card, options);

    /// <summary>The card's end.</summary>
    /// <param name="between">Sees the connection before it is used, and may put another in its place: tests break it here.</param>
    /// <exception cref="PeerException">The coordinator did not connect in time.</exception>
    public static PartLink Accept(LinkListener listener, string call, LinkOptions options, CancellationToken cancel, Func<Stream, Stream>? between = null)
    {
        Stream stream = listener.Take(Request(call), options.Joining, cancel)
            ?? throw new PeerException(Coordinator, PeerFault.Lost, $"it did not connect within {options.Joining.TotalSeconds:0.###} s");
        return new PartLink(between?.Invoke(stream) ?? stream, call, Coordinator, options);
    }

    /// <summary>Returns when all is handed to the connection.</summary>
    /// <exception cref="PeerException">The other side is gone, or takes nothing.</exception>
    public void Send(Part part) => _link.Send(FrameAddress.Of(FrameKind.Part), ElementType.Byte, part.Shape, part.Bytes.Span);

    /// <summary>The next part.</summary>
    /// <param name="isPatient">Waits as long as the connection lasts; else the other side must not be silent for longer than the options say.</param>
    /// <exception cref="PeerException">There is none.</exception>
    public Part Receive(bool isPatient, CancellationToken cancel)
    {
        TimeSpan silent = TimeSpan.Zero;
        long heard = _link.LastHeard;
        Part? part;
        while (!_arrived.TryTake(out part, (int)Glance.TotalMilliseconds, cancel))
        {
            if (_arrived.IsCompleted)
                throw new PeerException(_link.Peer, _end?.Cause ?? PeerFault.Lost, _end?.Detail ?? "it closed the connection while a tensor was due", _end);
            silent = heard == _link.LastHeard ? silent + Glance : TimeSpan.Zero;
            heard = _link.LastHeard;
            if (!isPatient && silent > _options.Silence)
                throw new PeerException(_link.Peer, PeerFault.Slow, $"a tensor was due and nothing came for {_options.Silence.TotalSeconds:0.###} s");
        }
        return part;
    }

    public void Dispose()
    {
        _link.Dispose();
        _arrived.CompleteAdding();
    }

    private static LinkRequest Request(string call) => new(new GangName(call, 0), Coordinator, Card);

    private void ReceiveAll()
    {
        try
        {
            while (true)
            {
                byte[] bytes = [];
                FrameHeader header = _link.Receive(header => bytes = GC.AllocateUninitializedArray<byte>(checked((int)header.Bytes)));
                if (header.Address.Kind != FrameKind.Part || header.Type != ElementType.Byte)
                    throw new PeerException(_link.Peer, PeerFault.Unexpected, $"{header.Address}, {header.Type}, where a part was due");
                _arrived.Add(new Part(header.Shape, bytes));
            }
        }
        catch (Exception end) when (end is PeerException or InvalidOperationException or OverflowException or OutOfMemoryException)
        {
            _end = end as PeerException ?? new PeerException(_link.Peer, PeerFault.Lost, end.Message, end);
        }
        _arrived.CompleteAdding();
        _closed.TrySetResult();
    }
}
