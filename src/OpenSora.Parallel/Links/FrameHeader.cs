using System.Buffers;
using MessagePack;
using OpenSora.Parallel.Faults;
using OpenSora.Parallel.Gangs;
using static TorchSharp.torch;

namespace OpenSora.Parallel.Links;

/// <summary>
/// What stands before the bytes of a frame, as a MessagePack array: version, kind, job, epoch, step, sample, half, block,
/// unit, type, [shape], bytes, checksum, and of a fault [rank, cause, detail], else nil.
/// </summary>
/// <param name="Checksum">CRC-32C of the body.</param>
/// <param name="Notice">Of a frame of kind <see cref="FrameKind.Fault"/>: who is at fault.</param>
public sealed record FrameHeader(
    string Job, long Epoch, FrameAddress Address, ScalarType Type, IReadOnlyList<long> Shape, uint Checksum, PeerException? Notice)
{
    /// <summary>Version of handshake and frames. Peers of another one are refused.</summary>
    public const int Protocol = 1;

    /// <summary>More is no header.</summary>
    public const int MaxBytes = 4096;

    private const int Fields = 14;
    private const int MaxDimensions = 8;

    /// <summary>Bytes of the body.</summary>
    public long Bytes => Shape.Count == 0 ? 0 : checked(Shape.Aggregate((long)ElementSize(Type), (product, size) => checked(product * size)));

    public void Write(IBufferWriter<byte> buffer)
    {
        MessagePackWriter writer = new(buffer);
        writer.WriteArrayHeader(Fields);
        writer.Write(Protocol);
        writer.Write((int)Address.Kind);
        writer.Write(Job);
        writer.Write(Epoch);
        writer.Write(Address.Step);
        writer.Write(Address.Sample);
        writer.Write((int)Address.Half);
        writer.Write(Address.Block);
        writer.Write(Address.Unit);
        writer.Write((int)Type);
        writer.WriteArrayHeader(Shape.Count);
        foreach (long size in Shape)
            writer.Write(size);
        writer.Write(Bytes);
        writer.Write(Checksum);
        Write(ref writer, Notice);
        writer.Flush();
    }

    /// <exception cref="PeerException">It is not a header of this protocol; <paramref name="peer"/> is to blame.</exception>
    public static FrameHeader Read(ReadOnlyMemory<byte> bytes, int peer)
    {
        try
        {
            MessagePackReader reader = new(bytes);
            int fields = reader.ReadArrayHeader(), version = reader.ReadInt32();
            if (version != Protocol)
                throw new PeerException(peer, PeerFault.WrongProtocol, $"version {version} where {Protocol} is spoken");
            if (fields != Fields)
                throw new PeerException(peer, PeerFault.Corrupt, $"a header of {fields} fields instead of {Fields}");
            FrameKind kind = (FrameKind)reader.ReadInt32();
            string job = reader.ReadString() ?? "";
            long epoch = reader.ReadInt64();
            int step = reader.ReadInt32(), sample = reader.ReadInt32();
            GuidanceHalf half = (GuidanceHalf)reader.ReadInt32();
            int block = reader.ReadInt32();
            long unit = reader.ReadInt64();
            ScalarType type = (ScalarType)reader.ReadInt32();
            long[] shape = ReadShape(ref reader, peer);
            long length = reader.ReadInt64();
            uint checksum = reader.ReadUInt32();
            FrameHeader header = new(job, epoch, new(kind, step, sample, half, block, unit), type, shape, checksum, ReadNotice(ref reader));
            return length == header.Bytes
                ? header
                : throw new PeerException(peer, PeerFault.Oversized, $"{length} bytes for {type} [{string.Join(", ", shape)}]");
        }
        catch (Exception e) when (e is MessagePackSerializationException or EndOfStreamException or OverflowException or InvalidDataException)
        {
            throw new PeerException(peer, PeerFault.Corrupt, $"a header that cannot be read ({e.Message})", e);
        }
    }

    private static long[] ReadShape(ref MessagePackReader reader, int peer)
    {
        int dimensions = reader.ReadArrayHeader();
        if (dimensions > MaxDimensions)
            throw new PeerException(peer, PeerFault.Corrupt, $"a tensor of {dimensions} dimensions");
        long[] shape = new long[dimensions];
        for (int i = 0; i < dimensions; i++)
            shape[i] = (long)reader.ReadUInt64();
        return shape;
    }

    private static void Write(ref MessagePackWriter writer, PeerException? notice)
    {
        if (notice is null)
        {
            writer.WriteNil();
            return;
        }
        writer.WriteArrayHeader(3);
        writer.Write(notice.Rank);
        writer.Write((int)notice.Cause);
        writer.Write(notice.Detail.Length <= 500 ? notice.Detail : notice.Detail[..500]);
    }

    private static PeerException? ReadNotice(ref MessagePackReader reader)
    {
        if (reader.TryReadNil())
            return null;
        if (reader.ReadArrayHeader() != 3)
            throw new InvalidDataException("a notice that is none");
        return new PeerException(reader.ReadInt32(), (PeerFault)reader.ReadInt32(), reader.ReadString() ?? "");
    }

    private static int ElementSize(ScalarType type) => type switch
    {
        ScalarType.Float32 => 4,
        ScalarType.Float16 or ScalarType.BFloat16 => 2,
        _ => throw new InvalidDataException($"numbers of type {type} are not sent"),
    };
}
