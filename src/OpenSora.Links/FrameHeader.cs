using System.Buffers;
using MessagePack;
using OpenSora.Layout.Gangs;

namespace OpenSora.Links;

/// <summary>
/// What stands before the bytes of a frame, as a MessagePack array: version, kind, job, epoch, step, sample, half, block,
/// unit, type, [shape], bytes, checksum, and of a fault [rank, cause, detail], else nil.
/// </summary>
/// <param name="Checksum">CRC-32C of the body.</param>
/// <param name="Notice">Of a frame of kind <see cref="FrameKind.Fault"/>: who is at fault.</param>
public sealed record FrameHeader(
    string Job, long Epoch, FrameAddress Address, ElementType Type, IReadOnlyList<long> Shape, uint Checksum, PeerException? Notice)
{
    /// <summary>More is no header.</summary>
    public const int MaxBytes = 4096;

    private const int Fields = 14, NoticeFields = 3;
    private const int MaxDimensions = 8;

    /// <summary>In a body: their bytes can still be counted.</summary>
    private const long MaxNumbers = long.MaxValue / 8;

    /// <summary>Of the detail of a notice; longer ones are cut.</summary>
    private const int MaxDetail = 500;

    /// <summary>Of a char of UTF-16, in UTF-8.</summary>
    private const int MaxBytesOfChar = 3;

    /// <summary>Bytes of the body.</summary>
    public long Bytes
    {
        get
        {
            long bytes = Shape.Count == 0 ? 0 : Type.Size();
            for (int i = 0; i < Shape.Count; i++)
                bytes = checked(bytes * Shape[i]);
            return bytes;
        }
    }

    public void Write(IBufferWriter<byte> buffer)
    {
        MessagePackWriter writer = new(buffer);
        writer.WriteArrayHeader(Fields);
        writer.Write(LinkProtocol.Version);
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
        for (int i = 0; i < Shape.Count; i++)
            writer.Write(Shape[i]);
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
            FieldReader reader = new("header", bytes);
            int version = reader.Version(Fields);
            if (version != LinkProtocol.Version)
                throw new PeerException(peer, PeerFault.WrongProtocol, LinkProtocol.Refusal(version));
            FrameKind kind = reader.Choice<FrameKind>("kind");
            string job = reader.Text("job", GangName.MaxJobBytes);
            long epoch = reader.Int64("epoch", 0);
            int step = reader.Int32("step", 0), sample = reader.Int32("sample", 0);
            GuidanceHalf half = reader.Choice<GuidanceHalf>("half");
            int block = reader.Int32("block", 0);
            long unit = reader.Int64("unit", 0);
            ElementType type = reader.Choice<ElementType>("type");
            long[] shape = ReadShape(ref reader);
            long length = reader.Int64("bytes", 0);
            uint checksum = (uint)reader.Int64("checksum", 0, uint.MaxValue);
            FrameHeader header = new(job, epoch, new(kind, step, sample, half, block, unit), type, shape, checksum, ReadNotice(ref reader));
            reader.End();
            return length == header.Bytes
                ? header
                : throw new PeerException(peer, PeerFault.Oversized, $"header: bytes is {length}, allowed is {header.Bytes} for {type} [{string.Join(", ", shape)}]");
        }
        catch (WireException e)
        {
            throw new PeerException(peer, PeerFault.Corrupt, e.Message, e);
        }
    }

    private static long[] ReadShape(ref FieldReader reader)
    {
        long[] shape = new long[reader.Count("shape", 0, MaxDimensions)];
        long numbers = 1;
        for (int i = 0; i < shape.Length; i++)
        {
            shape[i] = reader.Int64("shape", 0, MaxNumbers / numbers);
            numbers *= Math.Max(1, shape[i]);
        }
        return shape;
    }

    private static void Write(ref MessagePackWriter writer, PeerException? notice)
    {
        if (notice is null)
        {
            writer.WriteNil();
            return;
        }
        writer.WriteArrayHeader(NoticeFields);
        writer.Write(notice.Rank);
        writer.Write((int)notice.Cause);
        writer.Write(notice.Detail.AsSpan(0, Math.Min(MaxDetail, notice.Detail.Length)));
    }

    private static PeerException? ReadNotice(ref FieldReader reader)
    {
        if (reader.IsNil("notice"))
            return null;
        reader.Count("notice", NoticeFields, NoticeFields);
        return new PeerException(reader.Int32("rank", 0), reader.Choice<PeerFault>("cause"), reader.Text("detail", MaxDetail * MaxBytesOfChar));
    }
}
