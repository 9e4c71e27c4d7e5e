using System.Buffers;
using System.Text;

namespace MessagePack;

/// <summary>Reads values, whichever form they were written in.</summary>
public ref struct MessagePackReader
{
    private readonly ReadOnlyMemory<byte> _memory;
    private int _at;

    public MessagePackReader(ReadOnlyMemory<byte> memory) => _memory = memory;

    /// <summary>Whether nothing is left.</summary>
    public readonly bool End => _at == _memory.Length;

    /// <summary>Bytes read so far.</summary>
    public readonly long Consumed => _at;

    /// <summary>Reads nil, or nothing when there is something else.</summary>
    public bool TryReadNil()
    {
        if (Peek() != MessagePackCode.Nil)
            return false;
        _at++;
        return true;
    }

    public bool ReadBoolean() => Next() switch
    {
        MessagePackCode.True => true,
        MessagePackCode.False => false,
        byte code => throw Unexpected(code, "a boolean"),
    };

    public int ReadInt32() => checked((int)ReadInt64());

    public uint ReadUInt32() => checked((uint)ReadUInt64());

    public long ReadInt64() => checked((long)ReadInteger());

    public ulong ReadUInt64() => checked((ulong)ReadInteger());

    /// <summary>Null where nil was written.</summary>
    public string? ReadString()
    {
        if (TryReadNil())
            return null;
        byte code = Next();
        long length = code switch
        {
            >= MessagePackCode.MinFixStr and <= MessagePackCode.MaxFixStr => code - MessagePackCode.MinFixStr,
            MessagePackCode.Str8 => (long)Unsigned(1),
            MessagePackCode.Str16 => (long)Unsigned(2),
            MessagePackCode.Str32 => (long)Unsigned(4),
            _ => throw Unexpected(code, "a string"),
        };
        return Encoding.UTF8.GetString(Take(length).Span);
    }

    /// <summary>Null where nil was written. The bytes are those of the memory that is read.</summary>
    public ReadOnlySequence<byte>? ReadBytes()
    {
        if (TryReadNil())
            return null;
        byte code = Next();
        long length = code switch
        {
            MessagePackCode.Bin8 => (long)Unsigned(1),
            MessagePackCode.Bin16 => (long)Unsigned(2),
            MessagePackCode.Bin32 => (long)Unsigned(4),
            _ => throw Unexpected(code, "bytes"),
        };
        return new ReadOnlySequence<byte>(Take(length));
    }

    /// <summary>How many elements follow.</summary>
    /// <exception cref="EndOfStreamException">More than there are bytes left: an attacker's number must not size a buffer.</exception>
    public int ReadArrayHeader()
    {
        byte code = Next();
        ulong count = code switch
        {
            >= MessagePackCode.MinFixArray and <= MessagePackCode.MaxFixArray => (ulong)(code - MessagePackCode.MinFixArray),
            MessagePackCode.Array16 => Unsigned(2),
            MessagePackCode.Array32 => Unsigned(4),
            _ => throw Unexpected(code, "an array"),
        };
        return count <= (ulong)(_memory.Length - _at) ? (int)count : throw new EndOfStreamException();
    }

    private Int128 ReadInteger()
    {
        byte code = Next();
        return code switch
        {
            <= MessagePackCode.MaxFixInt => code,
            >= MessagePackCode.MinNegativeFixInt => (sbyte)code,
            MessagePackCode.UInt8 => Unsigned(1),
            MessagePackCode.UInt16 => Unsigned(2),
            MessagePackCode.UInt32 => Unsigned(4),
            MessagePackCode.UInt64 => Unsigned(8),
            MessagePackCode.Int8 => (sbyte)Unsigned(1),
            MessagePackCode.Int16 => (short)Unsigned(2),
            MessagePackCode.Int32 => (int)Unsigned(4),
            MessagePackCode.Int64 => (long)Unsigned(8),
            _ => throw Unexpected(code, "an integer"),
        };
    }

    private ulong Unsigned(int bytes)
    {
        ulong value = 0;
        foreach (byte part in Take(bytes).Span)
            value = value << 8 | part;
        return value;
    }

    private readonly byte Peek() => _at < _memory.Length ? _memory.Span[_at] : throw new EndOfStreamException();

    private byte Next()
    {
        byte code = Peek();
        _at++;
        return code;
    }

    private ReadOnlyMemory<byte> Take(long length)
    {
        if (length > _memory.Length - _at)
            throw new EndOfStreamException();
        ReadOnlyMemory<byte> taken = _memory.Slice(_at, (int)length);
        _at += (int)length;
        return taken;
    }

    private static MessagePackSerializationException Unexpected(byte code, string wanted) =>
        new($"Unexpected msgpack code {code} (0x{code:x2}) encountered where {wanted} was due.");
}
