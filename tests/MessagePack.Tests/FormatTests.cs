using System.Buffers;
using FsCheck;
using FsCheck.Fluent;

namespace MessagePack.Tests;

/// <summary>Bytes by hand from the format's specification, https://github.com/msgpack/msgpack/blob/master/spec.md.</summary>
public class FormatTests
{
    [Theory]
    [InlineData(0, "00")]
    [InlineData(127, "7F")]               // positive fixint
    [InlineData(128, "CC80")]             // uint 8
    [InlineData(255, "CCFF")]
    [InlineData(256, "CD0100")]           // uint 16
    [InlineData(65535, "CDFFFF")]
    [InlineData(65536, "CE00010000")]     // uint 32
    [InlineData(4294967295, "CEFFFFFFFF")]
    [InlineData(4294967296, "CF0000000100000000")] // uint 64
    [InlineData(long.MaxValue, "CF7FFFFFFFFFFFFFFF")]
    [InlineData(-1, "FF")]                // negative fixint
    [InlineData(-32, "E0")]
    [InlineData(-33, "D0DF")]             // int 8
    [InlineData(-128, "D080")]
    [InlineData(-129, "D1FF7F")]          // int 16
    [InlineData(-32768, "D18000")]
    [InlineData(-32769, "D2FFFF7FFF")]    // int 32
    [InlineData(int.MinValue, "D280000000")]
    [InlineData(-2147483649, "D3FFFFFFFF7FFFFFFF")] // int 64
    [InlineData(long.MinValue, "D38000000000000000")]
    public void Integers_take_their_shortest_form(long value, string bytes)
    {
        Assert.Equal(bytes, Written((ref MessagePackWriter writer) => writer.Write(value)));
        Assert.Equal(value, Reader(bytes).ReadInt64());
        if (value is >= int.MinValue and <= int.MaxValue)
        {
            Assert.Equal(bytes, Written((ref MessagePackWriter writer) => writer.Write((int)value)));
            Assert.Equal(value, Reader(bytes).ReadInt32());
        }
    }

    [Fact]
    public void The_largest_number_has_no_sign()
    {
        Assert.Equal("CFFFFFFFFFFFFFFFFF", Written((ref MessagePackWriter writer) => writer.Write(ulong.MaxValue)));
        Assert.Equal(ulong.MaxValue, Reader("CFFFFFFFFFFFFFFFFF").ReadUInt64());
        Assert.Throws<OverflowException>(() => { Reader("CFFFFFFFFFFFFFFFFF").ReadInt64(); });
        Assert.Throws<OverflowException>(() => { Reader("FF").ReadUInt32(); });
        Assert.Throws<OverflowException>(() => { Reader("CE80000000").ReadInt32(); });
    }

    [Theory]
    [InlineData("D000", 0)] // int 8 of a number that has a shorter form
    [InlineData("D30000000000000007", 7)]
    [InlineData("CF0000000000000007", 7)]
    public void Longer_forms_are_read(string bytes, int value) => Assert.Equal(value, Reader(bytes).ReadInt32());

    [Fact]
    public void Nil_and_booleans()
    {
        Assert.Equal("C0C2C3", Written((ref MessagePackWriter writer) =>
        {
            writer.WriteNil();
            writer.Write(false);
            writer.Write(true);
        }));
        MessagePackReader reader = Reader("C0C2C3");
        Assert.True(reader.TryReadNil());
        Assert.False(reader.TryReadNil());
        Assert.False(reader.ReadBoolean());
        Assert.True(reader.ReadBoolean());
        Assert.True(reader.End);
        Assert.Equal(3, reader.Consumed);
    }

    [Theory]
    [InlineData(0, "A0")]
    [InlineData(31, "BF")]
    [InlineData(32, "D920")]
    [InlineData(255, "D9FF")]
    [InlineData(256, "DA0100")]
    [InlineData(65535, "DAFFFF")]
    [InlineData(65536, "DB00010000")]
    public void Strings_carry_their_length(int length, string head)
    {
        string text = new('a', length), bytes = Written((ref MessagePackWriter writer) => writer.Write(text));
        Assert.Equal(head + string.Concat(Enumerable.Repeat("61", length)), bytes);
        Assert.Equal(text, Reader(bytes).ReadString());
    }

    [Fact]
    public void Strings_are_utf8_and_may_be_null()
    {
        Assert.Equal("A5C3A4E282AC", Written((ref MessagePackWriter writer) => writer.Write("ä€")));
        Assert.Equal("C0", Written((ref MessagePackWriter writer) => writer.Write((string?)null)));
        Assert.Null(Reader("C0").ReadString());
        Assert.Null(Reader("C0").ReadBytes());
    }

    [Theory]
    [InlineData(0, "C400")]
    [InlineData(255, "C4FF")]
    [InlineData(256, "C50100")]
    [InlineData(65536, "C600010000")]
    public void Bytes_carry_their_length(int length, string head)
    {
        byte[] data = [.. Enumerable.Range(0, length).Select(i => (byte)i)];
        string bytes = Written((ref MessagePackWriter writer) => writer.Write(data));
        Assert.Equal(head + Convert.ToHexString(data), bytes);
        Assert.Equal(data, Reader(bytes).ReadBytes()!.Value.ToArray());
    }

    [Theory]
    [InlineData(0, "90")]
    [InlineData(15, "9F")]
    [InlineData(16, "DC0010")]
    [InlineData(65536, "DD00010000")]
    public void Arrays_carry_their_count(int count, string head)
    {
        Assert.Equal(head, Written((ref MessagePackWriter writer) => writer.WriteArrayHeader(count)));
        Assert.Equal(count, Reader(head + new string('0', 2 * count)).ReadArrayHeader());
    }

    [Theory]
    [InlineData("")]
    [InlineData("CD01")]
    [InlineData("93")] // an array of three without any
    public void Too_few_bytes_are_noticed(string bytes) => Assert.Throws<EndOfStreamException>(() =>
    {
        MessagePackReader reader = Reader(bytes);
        if (bytes.StartsWith('9'))
            reader.ReadArrayHeader();
        else
            reader.ReadInt32();
    });

    [Fact]
    public void Another_type_is_noticed()
    {
        Assert.Throws<MessagePackSerializationException>(() => { Reader("A0").ReadInt32(); });
        Assert.Throws<MessagePackSerializationException>(() => { Reader("01").ReadString(); });
        Assert.Throws<MessagePackSerializationException>(() => { Reader("01").ReadBytes(); });
        Assert.Throws<MessagePackSerializationException>(() => { Reader("01").ReadArrayHeader(); });
        Assert.Throws<MessagePackSerializationException>(() => { Reader("01").ReadBoolean(); });
    }

    [Fact]
    public void Whatever_is_written_is_read() => Prop.ForAll<long, string?, byte[]>((number, text, data) =>
    {
        string bytes = Written((ref MessagePackWriter writer) =>
        {
            writer.WriteArrayHeader(3);
            writer.Write(number);
            writer.Write(text);
            writer.Write(data);
        });
        MessagePackReader reader = Reader(bytes);
        return reader.ReadArrayHeader() == 3 && reader.ReadInt64() == number && reader.ReadString() == text
            && reader.ReadBytes()!.Value.ToArray().SequenceEqual(data) && reader.End;
    }).QuickCheckThrowOnFailure();

    private delegate void Writing(ref MessagePackWriter writer);

    private static string Written(Writing write)
    {
        ArrayBufferWriter<byte> buffer = new();
        MessagePackWriter writer = new(buffer);
        write(ref writer);
        writer.Flush();
        return Convert.ToHexString(buffer.WrittenSpan);
    }

    private static MessagePackReader Reader(string bytes) => new(Convert.FromHexString(bytes));
}
