using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using MessagePack;

namespace OpenSora.Links;

/// <summary>
/// The fields of a message of another process, which may have sent anything. Each is read by its name and within its limit,
/// checked before memory is taken. Whatever is wrong is a <see cref="WireException"/>.
/// </summary>
/// <param name="message">What it is a message of: "header".</param>
internal ref struct FieldReader(string message, ReadOnlyMemory<byte> bytes)
{
    private MessagePackReader _reader = new(bytes);

    /// <summary>The version that every message begins with. The number of fields is checked where the version is this card's.</summary>
    public int Version(int fields)
    {
        int count = Count("the number of fields", 1, int.MaxValue), version = Int32("version", 0);
        return version != LinkProtocol.Version || count == fields ? version : throw Wrong("the number of fields", count, $"{fields}");
    }

    /// <summary>How many elements of an array follow.</summary>
    public int Count(string field, int least, int most)
    {
        try
        {
            int count = _reader.ReadArrayHeader();
            return count >= least && count <= most ? count : throw Wrong(field, count, $"{least} to {most} elements");
        }
        catch (Exception e) when (IsMalformed(e))
        {
            throw Unreadable(field, $"an array of {least} to {most} elements", e);
        }
    }

    public int Int32(string field, int least, int most = int.MaxValue) => (int)Int64(field, least, most);

    public long Int64(string field, long least, long most = long.MaxValue)
    {
        try
        {
            long value = _reader.ReadInt64();
            return value >= least && value <= most ? value : throw Wrong(field, value, $"{least} to {most}");
        }
        catch (Exception e) when (IsMalformed(e))
        {
            throw Unreadable(field, $"a whole number from {least} to {most}", e);
        }
    }

    /// <summary>A number that has a name.</summary>
    public T Choice<T>(string field) where T : struct, Enum
    {
        T value = Unsafe.BitCast<int, T>(Int32(field, 0));
        return Enum.IsDefined(value) ? value : throw Wrong(field, value, string.Join(", ", Enum.GetNames<T>()));
    }

    /// <param name="most">Bytes of UTF-8.</param>
    public string Text(string field, int most)
    {
        try
        {
            if (!_reader.TryReadStringSpan(out ReadOnlySpan<byte> text))
                throw Wrong(field, "nil", $"text of at most {most} bytes");
            return text.Length <= most ? Encoding.UTF8.GetString(text) : throw Wrong(field, $"text of {text.Length} bytes", $"at most {most} bytes");
        }
        catch (Exception e) when (IsMalformed(e))
        {
            throw Unreadable(field, $"text of at most {most} bytes", e);
        }
    }

    /// <summary>Exactly so many bytes, or none.</summary>
    public byte[] Bytes(string field, int count)
    {
        try
        {
            ReadOnlySequence<byte> read = _reader.ReadBytes() ?? throw Wrong(field, "nil", $"{count} bytes");
            return read.Length == count ? read.ToArray() : throw Wrong(field, $"{read.Length} bytes", $"{count} bytes");
        }
        catch (Exception e) when (IsMalformed(e))
        {
            throw Unreadable(field, $"{count} bytes", e);
        }
    }

    /// <summary>Whether the field is nil, which is read then; any other value is not.</summary>
    public bool IsNil(string field)
    {
        try
        {
            return _reader.TryReadNil();
        }
        catch (Exception e) when (IsMalformed(e))
        {
            throw Unreadable(field, "a value", e);
        }
    }

    /// <summary>Nothing may follow.</summary>
    public readonly void End()
    {
        if (!_reader.End)
            throw Wrong("what follows the last field", $"{bytes.Length - _reader.Consumed} bytes", "none");
    }

    public readonly WireException Wrong(string field, object value, string limit) => new($"{message}: {field} is {value}, allowed is {limit}");

    private readonly WireException Unreadable(string field, string limit, Exception e) => new($"{message}: {field} cannot be read, allowed is {limit} ({e.Message})", e);

    /// <summary>The package throws <see cref="ArgumentOutOfRangeException"/> for texts and bytes of 2 GiB and more.</summary>
    private static bool IsMalformed(Exception e) =>
        e is MessagePackSerializationException or EndOfStreamException or OverflowException or ArgumentOutOfRangeException;
}
