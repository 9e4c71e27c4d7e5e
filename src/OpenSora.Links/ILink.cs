namespace OpenSora.Links;

/// <summary>
/// A connection to one other rank of a gang, or between a card and the coordinator.
/// <para><b>Bytes.</b> A body that is sent belongs to the caller before and after; its numbers are read until
/// <see cref="Send"/> returns and not later. A body that comes is written into the memory that the caller gives for it;
/// nothing else holds a copy.</para>
/// <para><b>Threads.</b> One thread sends and one thread receives; they may be two, at the same time. <see cref="IDisposable.Dispose"/>
/// may come from any thread, ends what the other two wait for, and may come twice.</para>
/// <para><b>Order.</b> Frames arrive in the order in which they were sent, each once and whole, or not at all: after the first
/// failure nothing more arrives. A frame that was sent need not have arrived.</para>
/// <para><b>Waiting.</b> <see cref="Send"/> ends after the options' silence when the peer takes nothing. <see cref="Receive"/>
/// waits as long as the connection lasts: whoever needs a frame watches <see cref="LastHeard"/> and disposes the link.</para>
/// <para><b>Closing.</b> Disposal sends nothing. A peer that wants to leave says so in a frame of its own before; an end
/// without one is a loss.</para>
/// </summary>
public interface ILink : IDisposable
{
    /// <summary>The rank at the other end.</summary>
    int Peer { get; }

    /// <summary><see cref="Environment.TickCount64"/> when bytes last came from the peer: any bytes, of half a frame too. 0 before.</summary>
    long LastHeard { get; }

    /// <param name="shape">Of the body; of no dimensions for frames without a body.</param>
    /// <param name="body">As many bytes as the shape has numbers of the type.</param>
    /// <param name="notice">Of a frame of kind <see cref="FrameKind.Fault"/>: who is at fault.</param>
    /// <exception cref="PeerException">The peer is gone, or takes nothing.</exception>
    void Send(FrameAddress address, ElementType type, IReadOnlyList<long> shape, ReadOnlySpan<byte> body, PeerException? notice = null);

    /// <param name="room">Memory for a body, as many bytes as the header says; asked for once for a frame that has one.</param>
    /// <exception cref="PeerException">The peer is gone, or sent what cannot be trusted: then the link is of no use any more.</exception>
    FrameHeader Receive(FrameRoom room);
}

/// <summary>Gives memory for the body of a frame that comes.</summary>
public delegate Span<byte> FrameRoom(FrameHeader header);

public static class LinkFrames
{
    /// <summary>Sends a frame without a body.</summary>
    public static void Send(this ILink link, FrameAddress address, PeerException? notice = null) => link.Send(address, ElementType.Byte, [], [], notice);
}
