using OpenSora.Parallel.Faults;
using static TorchSharp.torch;

namespace OpenSora.Parallel.Links;

/// <summary>
/// A connection to one other rank of a gang. <see cref="Gangs.Mesh"/> owns this interface and is its only user.
/// <para><b>Bytes.</b> A body that is sent belongs to the caller before and after; its numbers are read until
/// <see cref="Send"/> returns and not later. A body that is received is a new tensor on the CPU, outside of all dispose
/// scopes, and belongs to the caller. Bodies are sent from and received into the memory of the tensor; nothing else holds
/// a copy of them.</para>
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

    /// <param name="body">A dense tensor on the CPU; null for frames without a body.</param>
    /// <param name="notice">Of a frame of kind <see cref="FrameKind.Fault"/>: who is at fault.</param>
    /// <exception cref="PeerException">The peer is gone, or takes nothing.</exception>
    void Send(FrameAddress address, Tensor? body, PeerException? notice = null);

    /// <exception cref="PeerException">The peer is gone, or sent what cannot be trusted: then the link is of no use any more.</exception>
    Frame Receive();
}

/// <summary>A frame that has arrived.</summary>
/// <param name="Body">Null of a frame without one.</param>
/// <param name="Notice">Of a frame of kind <see cref="FrameKind.Fault"/>: who is at fault.</param>
public sealed record Frame(FrameAddress Address, Tensor? Body, PeerException? Notice);
