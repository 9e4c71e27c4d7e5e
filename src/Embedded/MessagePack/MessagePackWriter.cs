using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace MessagePack;

/// <summary>Writes values in their shortest form. What is written is in the buffer after <see cref="Flush"/>.</summary>
public ref struct MessagePackWriter
{
    private readonly IBufferWriter<byte> _writer;

    public MessagePackWriter(IBufferWriter<byte> writer) => _writer = writer;

    public void WriteNil() => Byte(MessagePackCode.Nil);

    public void Write(bool value) => Byte(value ? MessagePackCode.True : MessagePackCode.False);

    public void Write(uint value) => Write((ulong)value);

    public void Write(int value) => Write((long)value);

    public void Write(ulong value)
    {
        if (value <= MessagePackCode.MaxFixInt)
            Byte((byte)value);
        else if (value <= byte.MaxValue)
            Number(MessagePackCode.UInt8, value, 1);
        else if (value <= ushort.MaxValue)
            Number(MessagePackCode.UInt16, value, 2);
        else if (value <= uint.MaxValue)
            Number(MessagePackCode.UInt32, value, 4);
        else
            Number(MessagePackCode.UInt64, value, 8);
    }

    /// <summary>Numbers from 0 on are written without a sign.</summary>
    public void Write(long value)
    {
        if (value >= 0)
            Write((ulong)value);
        else if (value >= -32)
            Byte((byte)value);
        else if (value >= sbyte.MinValue)
            Number(MessagePackCode.Int8, (ulong)value, 1);
        else if (value >= short.MinValue)
            Number(MessagePackCode.Int16, (ulong)value, 2);
        else if (value >= int.MinValue)
            Number(MessagePackCode.Int32, (ulong)value, 4);
        else
            Number(MessagePackCode.Int64, (ulong)value, 8);
    }

    public void Write(string? value)
    {
        if (value is null)
        {
            WriteNil();
            return;
        }
        int length = Encoding.UTF8.GetByteCount(value);
        if (length <= MessagePackCode.MaxFixStr - MessagePackCode.MinFixStr)
            Byte((byte)(MessagePackCode.MinFixStr + length));
        else
            Length(length, MessagePackCode.Str8, MessagePackCode.Str16, MessagePackCode.Str32);
        _writer.Advance(Encoding.UTF8.GetBytes(value, _writer.GetSpan(length)));
    }

    /// <summary>As binary data.</summary>
    public void Write(ReadOnlySpan<byte> src)
    {
        Length(src.Length, MessagePackCode.Bin8, MessagePackCode.Bin16, MessagePackCode.Bin32);
        _writer.Write(src);
    }

    /// <summary>Its elements are written after it.</summary>
    public void WriteArrayHeader(int count)
    {
        if (count <= MessagePackCode.MaxFixArray - MessagePackCode.MinFixArray)
            Byte((byte)(MessagePackCode.MinFixArray + count));
        else
            Length(count, null, MessagePackCode.Array16, MessagePackCode.Array32);
    }

    public void Flush() { }

    private void Length(int length, byte? code8, byte code16, byte code32)
    {
        if (code8 is { } shortest && length <= byte.MaxValue)
            Number(shortest, (ulong)length, 1);
        else if (length <= ushort.MaxValue)
            Number(code16, (ulong)length, 2);
        else
            Number(code32, (ulong)length, 4);
    }

    private void Byte(byte value)
    {
        _writer.GetSpan(1)[0] = value;
        _writer.Advance(1);
    }

    /// <summary>The code and the lowest bytes of the value, the highest of them first.</summary>
    private void Number(byte code, ulong value, int bytes)
    {
        Span<byte> all = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(all, value);
        Span<byte> target = _writer.GetSpan(1 + bytes);
        target[0] = code;
        all[^bytes..].CopyTo(target[1..]);
        _writer.Advance(1 + bytes);
    }
}
