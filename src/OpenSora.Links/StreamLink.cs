using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using OpenSora.Contracts.Cards;

namespace OpenSora.Links;

/// <summary>
/// Frames over a stream of bytes: a Unix socket, a TCP connection or memory. A frame is the length of its header and the
/// header's CRC-32C (4 bytes each, lowest first), the header, and the body's bytes as they are.
/// </summary>
/// <param name="stream">Reads and writes at the same time; its write timeout is the link's. The link closes it.</param>
public sealed class StreamLink(Stream stream, GangName gang, int peer, LinkOptions options) : ILink
{
    /// <summary>Bytes before the header of a frame: its length and its checksum. They are written with it, in one piece.</summary>
    public const int PrefixBytes = 8;

    /// <summary>A piece that is written in one go: the write timeout holds for each.</summary>
    private const int Piece = 1 << 20;

    private readonly ArrayBufferWriter<byte> _head = new(512);
    private readonly byte[] _prefix = new byte[PrefixBytes];
    private long _lastHeard;

    public int Peer => peer;

    public long LastHeard => Interlocked.Read(ref _lastHeard);

    public void Send(FrameAddress address, ElementType type, IReadOnlyList<long> shape, ReadOnlySpan<byte> body, PeerException? notice = null)
    {
        FrameHeader header = new(gang.Job, gang.Epoch, address, type, shape, Crc32C.Of(body), notice);
        if (header.Bytes != body.Length)
            throw new ArgumentException($"{body.Length} bytes for {type} [{string.Join(", ", shape)}]", nameof(body));
        _head.ResetWrittenCount();
        _head.GetSpan(PrefixBytes);
        _head.Advance(PrefixBytes);
        header.Write(_head);
        WritePrefix(System.Runtime.InteropServices.MemoryMarshal.AsMemory(_head.WrittenMemory).Span);
        try
        {
            stream.Write(_head.WrittenSpan);
            for (; body.Length > 0; body = body[Math.Min(Piece, body.Length)..])
                stream.Write(body[..Math.Min(Piece, body.Length)]);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            throw Broken(e, "sending to it");
        }
    }

    public FrameHeader Receive(FrameRoom room)
    {
        ReadExactly(_prefix);
        int length = BinaryPrimitives.ReadInt32LittleEndian(_prefix);
        uint checksum = BinaryPrimitives.ReadUInt32LittleEndian(_prefix.AsSpan(4));
        if (length is < 1 or > FrameHeader.MaxBytes)
            throw new PeerException(peer, PeerFault.Corrupt, $"a header of {(uint)length} bytes");
        byte[] head = new byte[length];
        ReadExactly(head);
        if (Crc32C.Of(head) != checksum)
            throw new PeerException(peer, PeerFault.Corrupt, "a header that fails its checksum");
        FrameHeader header = FrameHeader.Read(head, peer);
        if (header.Job != gang.Job || header.Epoch != gang.Epoch)
            throw new PeerException(peer, PeerFault.WrongEpoch, $"a frame of {header.Job}, epoch {header.Epoch}, in {gang.Job}, epoch {gang.Epoch}");
        if (header.Shape.Count > 0)
            ReadBody(header, room);
        return header;
    }

    public void Dispose() => stream.Dispose();

    private void ReadBody(FrameHeader header, FrameRoom room)
    {
        if (header.Bytes > options.MaxFrameBytes)
            throw new PeerException(peer, PeerFault.Oversized, $"{header.Address} has {header.Bytes} bytes, more than {options.MaxFrameBytes}");
        Span<byte> memory = room(header);
        for (Span<byte> rest = memory; rest.Length > 0; rest = rest[Math.Min(Piece, rest.Length)..])
            ReadExactly(rest[..Math.Min(Piece, rest.Length)]);
        if (Crc32C.Of(memory) != header.Checksum)
            throw new PeerException(peer, PeerFault.Corrupt, $"{header.Address} fails its checksum");
    }

    private void ReadExactly(Span<byte> into)
    {
        try
        {
            while (into.Length > 0)
            {
                int count = stream.Read(into);
                if (count == 0)
                    throw new PeerException(peer, PeerFault.Lost, "the connection was closed at its end");
                Interlocked.Exchange(ref _lastHeard, Environment.TickCount64);
                into = into[count..];
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            throw Broken(e, "receiving from it");
        }
    }

    private PeerException Broken(Exception e, string doing) =>
        e is TimeoutException or { InnerException: SocketException { SocketErrorCode: SocketError.TimedOut or SocketError.WouldBlock } }
            or { InnerException: TimeoutException }
            ? new(peer, PeerFault.Slow, $"{doing} took longer than {options.Silence.TotalSeconds:0.###} s", e)
            : new(peer, PeerFault.Lost, $"{doing} failed: {e.Message}", e);

    private static void WritePrefix(Span<byte> frame)
    {
        Span<byte> header = frame[PrefixBytes..];
        BinaryPrimitives.WriteInt32LittleEndian(frame, header.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[4..], Crc32C.Of(header));
    }
}
