using System.Buffers.Binary;
using System.Text;

namespace OpenSora.Inference.Weights.TorchZip;

/// <summary>The arguments of pickle opcodes, read in order. Where the pickle ends too early: a <see cref="FormatException"/>.</summary>
internal ref struct PickleBytes(ReadOnlySpan<byte> pickle)
{
    private ReadOnlySpan<byte> _rest = pickle;

    public byte Byte() => Take(1)[0];
    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));
    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));
    public double Double() => BinaryPrimitives.ReadDoubleBigEndian(Take(8));

    public string Text(uint bytes) => Encoding.UTF8.GetString(Take(bytes));

    /// <summary>Text up to the next line feed.</summary>
    public string Line()
    {
        int length = _rest.IndexOf((byte)'\n');
        if (length < 0)
            throw new FormatException("has a pickle that ends inside a name");
        string line = Text((uint)length);
        Take(1);
        return line;
    }

    /// <summary>A two's complement integer, little-endian, of at most 8 bytes; none are zero.</summary>
    public long Long(byte count)
    {
        if (count > sizeof(long))
            throw new FormatException($"has a pickle with a number of {count} bytes");
        ReadOnlySpan<byte> bytes = Take(count);
        long value = count > 0 && (sbyte)bytes[^1] < 0 ? -1 : 0;
        for (int i = count - 1; i >= 0; i--)
            value = (value << 8) | bytes[i];
        return value;
    }

    public ReadOnlySpan<byte> Take(uint count)
    {
        if (count > (uint)_rest.Length)
            throw new FormatException($"has a pickle that ends {count - (uint)_rest.Length} bytes too early");
        ReadOnlySpan<byte> bytes = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return bytes;
    }
}
