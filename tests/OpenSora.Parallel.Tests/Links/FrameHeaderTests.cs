using System.Buffers;
using OpenSora.Parallel.Faults;
using OpenSora.Parallel.Gangs;
using OpenSora.Parallel.Links;
using static TorchSharp.torch;

namespace OpenSora.Parallel.Tests.Links;

public class FrameHeaderTests
{
    private static readonly FrameHeader Example = new(
        "job", 7, new FrameAddress(FrameKind.Tokens, 29, 1, GuidanceHalf.Unconditional, 55, 300), ScalarType.Float32, [2, 144, 1152], 0xE3069283, null);

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
        Assert.InRange((written - before) / 1000, 0, 64);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - written) / 1000, 0, 256);
    }

    [Fact]
    public void Another_version_is_named_with_both()
    {
        byte[] bytes = Bytes(Example);
        bytes[1] = 2;
        PeerException e = Assert.Throws<PeerException>(() => FrameHeader.Read(bytes, 4));
        Assert.Equal((4, PeerFault.WrongProtocol), (e.Rank, e.Cause));
        Assert.Contains("version 2 where 1", e.Message);
    }

    [Fact]
    public void A_length_that_is_not_the_shapes_is_refused()
    {
        byte[] bytes = Bytes(Example);
        bytes[Array.IndexOf(bytes, (byte)0x14)]++;
        Assert.Equal(PeerFault.Oversized, Assert.Throws<PeerException>(() => FrameHeader.Read(bytes, 4)).Cause);
    }

    [Fact]
    public void No_damage_does_anything_but_to_be_noticed()
    {
        byte[] bytes = Bytes(Example);
        for (int length = 0; length < bytes.Length; length++)
            Assert.Equal((4, PeerFault.Corrupt), Blame(bytes[..length]));
        Random random = new(1);
        for (int run = 0; run < 2000; run++)
        {
            byte[] damaged = [.. bytes];
            for (int i = 0; i <= run % 4; i++)
                damaged[random.Next(bytes.Length)] = (byte)random.Next(256);
            Blame(damaged);
        }
    }

    /// <summary>Who is blamed for what; null where the bytes still make a header.</summary>
    private static (int, PeerFault)? Blame(byte[] bytes)
    {
        try
        {
            FrameHeader.Read(bytes, 4);
            return null;
        }
        catch (PeerException e)
        {
            return (e.Rank, e.Cause);
        }
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
