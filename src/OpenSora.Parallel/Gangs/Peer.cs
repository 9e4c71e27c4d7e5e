using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using OpenSora.Links;
using OpenSora.Torch;

namespace OpenSora.Parallel.Gangs;

/// <summary>
/// Another rank, as this one sees it: a link, one thread that sends what is posted and says in between that this rank is
/// alive, and one that receives into a queue. Neither ever waits for the rank's own thread.
/// </summary>
internal sealed class Peer
{
    private readonly ILink _link;
    private readonly int _rank;
    private readonly LinkOptions _options;
    private readonly Liveness _liveness;
    private readonly Action<PeerException> _fault;
    private readonly BlockingCollection<Outgoing> _outbox = [];
    private readonly Queue<Frame> _inbox = new();
    private readonly ManualResetEventSlim _sent = new();
    private readonly Thread _sender, _receiver;
    private PeerException? _end;
    private bool _gone;

    /// <param name="rank">This rank.</param>
    /// <param name="fault">Told once what is wrong, from one of the threads.</param>
    public Peer(ILink link, int rank, LinkOptions options, Action<PeerException> fault)
    {
        (_link, _rank, _options, _fault, _liveness) = (link, rank, options, fault, new Liveness(link, options));
        _sender = new Thread(SendAll) { IsBackground = true, Name = $"rank {link.Peer}: send" };
        _receiver = new Thread(ReceiveAll) { IsBackground = true, Name = $"rank {link.Peer}: receive" };
    }

    public void Start()
    {
        _receiver.Start(); // first: at its end the sender waits for it
        _sender.Start();
    }

    /// <summary>Hands over a copy on the host or on its way there, which is disposed when it is sent.</summary>
    public void Post(FrameAddress address, DeviceCopy body)
    {
        if (!TryPost(new Outgoing(address, body, null)))
            body.Dispose(); // the epoch is over; the next wait says why
    }

    /// <summary>The next frame. Waits for it unless told not to.</summary>
    /// <returns>Null when there is none yet and <paramref name="wait"/> is false.</returns>
    /// <exception cref="PeerException">The epoch is over, or the peer left, or it is alive but did not send anything in time.</exception>
    public Frame? Take(bool wait)
    {
        long start = Stopwatch.GetTimestamp();
        lock (_inbox)
        {
            Frame? frame;
            while (!_inbox.TryDequeue(out frame))
            {
                if (_end is not null)
                    throw new PeerException(_end.Rank, _end.Cause, _end.Detail, _end);
                if (!wait)
                    return null;
                if (_gone)
                    throw new PeerException(_link.Peer, PeerFault.Lost, "it left while something was still due");
                TimeSpan left = _options.Patience - Stopwatch.GetElapsedTime(start);
                if (left <= TimeSpan.Zero)
                    throw new PeerException(_link.Peer, PeerFault.Slow, $"it is alive but sent nothing for {_options.Patience.TotalSeconds:0.###} s");
                Monitor.Wait(_inbox, left);
            }
            return frame;
        }
    }

    /// <summary>Ends all waiting for this peer with the fault, and tells the peer about it after what is being sent: what was posted and is not sent yet is dropped.</summary>
    public void End(PeerException fault)
    {
        lock (_inbox)
        {
            if (_end is not null)
                return;
            _end = fault;
            while (_inbox.TryDequeue(out Frame? frame))
                frame.Body?.Dispose();
            Monitor.PulseAll(_inbox);
        }
        TryPost(new Outgoing(FrameAddress.Of(FrameKind.Fault), null, fault));
        _outbox.CompleteAdding();
    }

    /// <summary>Says goodbye after all that was posted.</summary>
    public void Leave()
    {
        TryPost(new Outgoing(FrameAddress.Of(FrameKind.Goodbye), null, null));
        _outbox.CompleteAdding();
    }

    /// <summary>Waits until all that was posted is with the link.</summary>
    public void WaitUntilSent() => _sent.Wait(_options.Silence);

    private bool TryPost(Outgoing outgoing)
    {
        try
        {
            return !_outbox.IsAddingCompleted && _outbox.TryAdd(outgoing);
        }
        catch (InvalidOperationException) // completed meanwhile
        {
            return false;
        }
    }

    private void SendAll()
    {
        try
        {
            _link.Send(FrameAddress.Of(FrameKind.Heartbeat)); // joined
            while (!_outbox.IsCompleted)
            {
                if (_outbox.TryTake(out Outgoing next, _options.Heartbeat))
                    Send(next);
                else if (!_outbox.IsCompleted)
                    _link.Send(FrameAddress.Of(FrameKind.Heartbeat));
                ThrowIfSilent();
            }
        }
        catch (Exception e) // whatever it is: no thread may end the process
        {
            // A peer that refuses what is sent to it closes the connection after it has said why: its word counts before the closing.
            if (e is PeerException { Cause: PeerFault.Lost })
                _receiver.Join(_options.Silence);
            // Who has said goodbye may close at any time.
            if (!Volatile.Read(ref _gone))
                _fault(e as PeerException ?? new PeerException(_link.Peer, PeerFault.Failed, $"nothing can be sent to it: {e.Message}", e));
        }
        _sent.Set();
        // A connection that is closed with bytes unread can lose what was sent last: read on until the peer ends, too.
        _receiver.Join(_options.Silence);
        _link.Dispose();
        _outbox.CompleteAdding();
        while (_outbox.TryTake(out Outgoing dropped))
            dropped.Body?.Dispose();
    }

    private void Send(Outgoing next)
    {
        try
        {
            // Only the sender drops, and from the fault on all of it: a gap would be the sender's fault to the peer.
            if (next.Body is not null && (Volatile.Read(ref _end) is not null || !IsHere(next.Body)))
                return;
            if (next.Body is null)
                _link.Send(next.Address, next.Notice);
            else
                _link.Send(next.Address, next.Body.Numbers);
        }
        finally
        {
            next.Body?.Dispose();
        }
    }

    /// <summary>Waits for what is still on its way from the device, and says meanwhile that this rank is alive.</summary>
    /// <returns>false when the epoch ended before.</returns>
    private bool IsHere(DeviceCopy body)
    {
        while (!Wait(body))
        {
            if (Volatile.Read(ref _end) is not null)
                return false;
            _link.Send(FrameAddress.Of(FrameKind.Heartbeat));
            ThrowIfSilent();
        }
        return true;
    }

    private bool Wait(DeviceCopy body)
    {
        try
        {
            return body.WaitOnHost(_options.Heartbeat);
        }
        catch (ExternalException e)
        {
            throw new PeerException(_rank, PeerFault.Failed, e.Message, e);
        }
    }

    private void ThrowIfSilent()
    {
        if (!Volatile.Read(ref _gone) && _liveness.Silent() is { } silence)
            throw new PeerException(_link.Peer, PeerFault.Slow, $"nothing was heard of it for {silence.TotalSeconds:0.0} s");
    }

    private void ReceiveAll()
    {
        try
        {
            while (true)
            {
                Frame frame = _link.Receive();
                switch (frame.Address.Kind)
                {
                    case FrameKind.Heartbeat:
                        continue;
                    case FrameKind.Goodbye:
                        lock (_inbox)
                        {
                            _gone = true;
                            Monitor.PulseAll(_inbox);
                        }
                        return;
                    case FrameKind.Fault:
                        _fault(frame.Notice ?? new PeerException(_link.Peer, PeerFault.Failed, "it gave up"));
                        return;
                    default:
                        Deliver(frame);
                        break;
                }
            }
        }
        catch (Exception e) // torch has no memory for what comes, say: no thread may end the process
        {
            _fault(e as PeerException ?? new PeerException(_link.Peer, PeerFault.Failed, $"what it sends cannot be taken: {e.Message}", e));
        }
    }

    private void Deliver(Frame frame)
    {
        lock (_inbox)
        {
            if (_end is not null)
            {
                frame.Body?.Dispose();
                return;
            }
            _inbox.Enqueue(frame);
            Monitor.PulseAll(_inbox);
        }
    }

    private readonly record struct Outgoing(FrameAddress Address, DeviceCopy? Body, PeerException? Notice);
}
