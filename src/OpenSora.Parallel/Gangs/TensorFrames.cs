using OpenSora.Links;
using OpenSora.Torch;
using static TorchSharp.torch;

namespace OpenSora.Parallel.Gangs;

/// <summary>A frame that has arrived.</summary>
/// <param name="Body">On the CPU, outside of all dispose scopes; null of a frame without one. It belongs to whoever has the frame.</param>
/// <param name="Notice">Of a frame of kind <see cref="FrameKind.Fault"/>: who is at fault.</param>
public sealed record Frame(FrameAddress Address, Tensor? Body, PeerException? Notice);

/// <summary>Tensors as the bodies of frames: sent from and received into their own memory.</summary>
public static class TensorFrames
{
    /// <param name="body">Dense, on the CPU.</param>
    /// <exception cref="PeerException">The peer is gone, or takes nothing.</exception>
    public static void Send(this ILink link, FrameAddress address, Tensor body)
    {
        link.Send(address, (ElementType)body.dtype, body.shape, Memory(body));
        GC.KeepAlive(body);
    }

    /// <exception cref="PeerException">The peer is gone, or sent what cannot be trusted.</exception>
    public static Frame Receive(this ILink link)
    {
        Tensor? body = null;
        try
        {
            FrameHeader header = link.Receive(header => Memory(body = empty([.. header.Shape], (ScalarType)header.Type).DetachFromDisposeScope()));
            return new Frame(header.Address, body, header.Notice);
        }
        catch
        {
            body?.Dispose();
            throw;
        }
    }

    private static unsafe Span<byte> Memory(Tensor tensor)
    {
        long bytes = tensor.numel() * tensor.element_size();
        if (!tensor.is_contiguous() || tensor.device_type != TorchSharp.DeviceType.CPU)
            throw new ArgumentException("a frame's body is a dense tensor on the CPU", nameof(tensor));
        return bytes == 0 ? [] : new Span<byte>((void*)TensorMemory.Pointer(tensor), checked((int)bytes));
    }
}
