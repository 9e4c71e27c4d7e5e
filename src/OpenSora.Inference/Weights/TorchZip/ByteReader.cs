using System.Buffers.Binary;

namespace OpenSora.Inference.Weights.TorchZip;

/// <summary>Little-endian numbers from a range of a mapped file; reading past its end is a <see cref="FormatException"/>.</summary>
internal ref struct ByteReader
{
    private readonly MappedFile _file;
    private readonly long _end;
    private readonly string _what;

    public ByteReader(MappedFile file, long start, long end, string what)
    {
        if (start < 0 || start > end || end > file.Length)
            throw new FormatException($"has {what} at byte {start}, outside the file or past byte {end}");
        (_file, Position, _end, _what) = (file, start, end, what);
    }

    public long Position { get; private set; }

    public ReadOnlySpan<byte> Bytes(int count)
    {
        if (count < 0 || count > _end - Position)
            throw new FormatException($"ends inside {_what} at byte {_end}");
        ReadOnlySpan<byte> bytes = _file.Span(Position, count);
        Position += count;
        return bytes;
    }

    public void Skip(long count)
    {
        if (count < 0 || count > _end - Position)
            throw new FormatException($"ends inside {_what} at byte {_end}");
        Position += count;
    }

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2));
    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));
    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Bytes(8));

    public void Expect(uint signature, string record)
    {
        long at = Position;
        if (UInt32() != signature)
            throw new FormatException($"has no zip record where {record} should be, at byte {at}");
    }
}
