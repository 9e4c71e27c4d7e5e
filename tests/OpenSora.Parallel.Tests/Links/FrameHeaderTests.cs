using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using OpenSora.Layout.Gangs;
using OpenSora.Links;

namespace OpenSora.Parallel.Tests.Links;

public class FrameHeaderTests
{
    private static readonly FrameHeader Example = new(
        "job", 7, new FrameAddress(FrameKind.Tokens, 29, 1, GuidanceHalf.Unconditional, 55, 300), ElementType.Float32, [2, 144, 1152], 0xE3069283, null);

    /// <summary>By hand from MessagePack's specification: a change here is a new version of the protocol.</summary>
    [Fact]
    public void Its_bytes_are_these() => Assert.Equal(
        "9E" + "01" + "01" + "A36A6F62" + "07" + "1D" + "01" + "01" + "37" + "CD012C" + "06" + "93" + "02" + "CC90" + "CD0480" + "CE00144000" + "CEE3069283" + "C0",
        Convert.ToHexString(Bytes(Example)));

    [Fact]
    public void What_is_written_is_read()
    {
        Assert.Equal(Text(Example), Text(FrameHeader.Read(Bytes(Example), 4)));
        FrameHeader fault = Example with { Address = FrameAddress.Of(FrameKind.Fault), Shape = [], Notice = new PeerException(3, PeerFault.Slow, "asleep") };
        FrameHeader read = FrameHeader.Read(Bytes(fault), 4);
        Assert.Equal((3, PeerFault.Slow, "asleep", 0L), (read.Notice!.Rank, read.Notice.Cause, read.Notice.Detail, read.Bytes));
    }

    /// <summary>A step of a gang sends tens of thousands of them.</summary>
    [Fact]
    public void It_costs_next_to_no_memory()
    {
        ArrayBufferWriter<byte> buffer = new(FrameHeader.MaxBytes);
        byte[] bytes = Bytes(Example);
        Example.Write(buffer);
        FrameHeader.Read(bytes, 4);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            buffer.ResetWrittenCount();
            Example.Write(buffer);
        }
        long written = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
            FrameHeader.Read(bytes, 4);
        Assert.InRange((written - before) / 1000, 0, 8);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - written) / 1000, 0, 256);
    }

    [Fact]
    public void Another_version_is_named_with_both()
    {
        PeerException e = Assert.Throws<PeerException>(() => FrameHeader.Read(Damage.Replace(Bytes(Example), 0, [2]), 4));
        Assert.Equal((4, PeerFault.WrongProtocol), (e.Rank, e.Cause));
        Assert.Contains("version 2 of the protocol where this card speaks version 1; run the same build on all cards", e.Message);
    }

    [Fact]
    public void A_length_that_is_not_the_shapes_is_refused()
    {
        PeerException e = Assert.Throws<PeerException>(() => FrameHeader.Read(Damage.Replace(Bytes(Example), 11, [0x07]), 4));
        Assert.Equal(PeerFault.Oversized, e.Cause);
        Assert.Contains("bytes is 7, allowed is 1327104", e.Message);
    }

    [Theory]
    [InlineData(0, "version")]
    [InlineData(1, "kind")]
    [InlineData(2, "job")]
    [InlineData(3, "epoch")]
    [InlineData(4, "step")]
    [InlineData(5, "sample")]
    [InlineData(6, "half")]
    [InlineData(7, "block")]
    [InlineData(8, "unit")]
    [InlineData(9, "type")]
    [InlineData(10, "shape")]
    [InlineData(11, "bytes")]
    [InlineData(12, "checksum")]
    [InlineData(13, "notice")]
    public void What_is_wrong_is_named(int field, string name)
    {
        foreach ((_, byte[] foreign) in Damage.Foreign)
            AssertNames(name, Damage.Replace(Bytes(Example), field, foreign));
    }

    [Theory]
    [InlineData(1, "00", "kind")]
    [InlineData(1, "09", "kind")]
    [InlineData(2, "C0", "job")]
    [InlineData(3, "FF", "epoch")]
    [InlineData(4, "FF", "step")]
    [InlineData(4, "CE80000000", "step")]
    [InlineData(5, "FF", "sample")]
    [InlineData(6, "02", "half")]
    [InlineData(7, "FF", "block")]
    [InlineData(8, "FF", "unit")]
    [InlineData(9, "07", "type")] // double
    [InlineData(9, "CD0106", "type")]
    [InlineData(10, "99" + "010101010101010101", "shape")]
    [InlineData(10, "91" + "FF", "shape")]
    [InlineData(10, "93" + "CE00100000" + "CF0000100000000000" + "02", "shape")] // 2^65 numbers
    [InlineData(12, "CF0000000100000000", "checksum")]
    [InlineData(13, "92" + "0301", "notice")]
    [InlineData(13, "93" + "FF01A0", "rank")]
    [InlineData(13, "93" + "0300A0", "cause")]
    [InlineData(13, "93" + "0301C0", "detail")]
    [InlineData(13, "C0" + "C0", "what follows the last field")]
    public void Limits_are_named(int field, string value, string name) => AssertNames(name, Damage.Replace(Bytes(Example), field, Convert.FromHexString(value)));

    [Fact]
    public void Texts_have_limits()
    {
        Assert.Contains("text of 257 bytes, allowed is at most 256 bytes", Assert.Throws<PeerException>(
            () => FrameHeader.Read(Bytes(Example with { Job = new string('j', 257) }), 4)).Message);
        Assert.Throws<ArgumentException>(() => new GangName(new string('\u00e4', 129), 1));
        string longest = new('\u20ac', 500);
        FrameHeader fault = Example with { Notice = new PeerException(3, PeerFault.Failed, longest + "more") };
        Assert.Equal(longest, FrameHeader.Read(Bytes(fault), 4).Notice!.Detail);
        Assert.InRange(Bytes(fault with { Job = new string('j', 256), Shape = [1, 1, 1, 1, 1, 1, 1, 1] }).Length, 1, FrameHeader.MaxBytes);
    }

    [Fact]
    public void No_damage_does_anything_but_to_be_noticed()
    {
        FrameHeader fault = Example with { Notice = new PeerException(3, PeerFault.Slow, "asleep") };
        foreach (byte[] damaged in Damage.All(Bytes(Example), seed: 1).Concat(Damage.All(Bytes(fault), seed: 2)))
            AssertReadOrBlamed(damaged);
        byte[] sound = Bytes(Example);
        for (int length = 0; length < sound.Length; length++)
            Assert.Equal(PeerFault.Corrupt, Assert.Throws<PeerException>(() => FrameHeader.Read(sound[..length], 4)).Cause);
        Prop.ForAll<byte[]>(AssertReadOrBlamed).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Whatever_is_written_is_read() => Prop.ForAll<NonNull<string>, NonNegativeInt, NonNegativeInt>((job, number, seed) =>
    {
        Random random = new(seed.Get);
        FrameKind[] kinds = Enum.GetValues<FrameKind>();
        FrameHeader header = new(
            job.Get.Length <= 80 ? job.Get : job.Get[..80], random.NextInt64(), new FrameAddress(
                kinds[random.Next(kinds.Length)], number.Get, random.Next(), (GuidanceHalf)random.Next(2), random.Next(), random.NextInt64()),
            random.Next(2) == 0 ? ElementType.BFloat16 : ElementType.Float32, [.. Enumerable.Range(0, random.Next(9)).Select(_ => (long)random.Next(100))], (uint)random.NextInt64(), null);
        return Text(FrameHeader.Read(Bytes(header), 4)) == Text(header);
    }).QuickCheckThrowOnFailure();

    private static void AssertNames(string field, byte[] bytes)
    {
        PeerException e = Assert.IsType<PeerException>(Damage.Thrown(() => FrameHeader.Read(bytes, 4)));
        Assert.Equal((4, PeerFault.Corrupt), (e.Rank, e.Cause));
        Assert.StartsWith($"header: {field} ", e.Detail);
        Assert.Contains("allowed is ", e.Detail);
    }

    private static void AssertReadOrBlamed(byte[] bytes)
    {
        Exception? thrown = Damage.Thrown(() => FrameHeader.Read(bytes, 4));
        Assert.True(thrown is null or PeerException { Rank: 4, Cause: PeerFault.Corrupt or PeerFault.Oversized or PeerFault.WrongProtocol }, $"{Convert.ToHexString(bytes)}: {thrown}");
    }

    private static byte[] Bytes(FrameHeader header)
    {
        ArrayBufferWriter<byte> buffer = new();
        header.Write(buffer);
        return buffer.WrittenSpan.ToArray();
    }

    private static string Text(FrameHeader header) =>
        $"{header.Job} {header.Epoch} {header.Address} {header.Address.Kind} {header.Type} {string.Join(',', header.Shape)} {header.Bytes} {header.Checksum} {header.Notice}";
}
