using System.Buffers.Binary;
using MessagePack;

namespace OpenSora.Parallel.Tests.Links;

/// <summary>What can happen to a MessagePack message on its way, or be sent instead of it.</summary>
internal static class Damage
{
    /// <summary>Values that no field takes: of every other type, with lengths that are not there, nested deeper than any stack.</summary>
    public static IReadOnlyList<(string Name, byte[] Bytes)> Foreign { get; } =
    [
        ("true", [0xC3]),
        ("a float", [0xCA, 1, 2, 3, 4]),
        ("a map", [0x81, 1, 1]),
        ("a map of 4 G entries", [0xDF, 0xFF, 0xFF, 0xFF, 0xFF]),
        ("an array of 4 G elements", [0xDD, 0xFF, 0xFF, 0xFF, 0xFF]),
        ("an array of 2 G elements", [0xDD, 0x7F, 0xFF, 0xFF, 0xFF]),
        ("4 GiB of text", [0xDB, 0xFF, 0xFF, 0xFF, 0xFF]),
        ("2 GiB of text", [0xDB, 0x7F, 0xFF, 0xFF, 0xFF]),
        ("4 GiB of bytes", [0xC6, 0xFF, 0xFF, 0xFF, 0xFF]),
        ("an extension of 4 GiB", [0xC9, 0xFF, 0xFF, 0xFF, 0xFF, 1]),
        ("a time", [0xD6, 0xFF, 0, 0, 0, 1]),
        ("a number above all", [0xCF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]),
        ("a number below all", [0xD3, 0x80, 0, 0, 0, 0, 0, 0, 0]),
        ("nested arrays", [.. Enumerable.Repeat((byte)0x91, 900)]),
        ("nested maps", [.. Enumerable.Repeat((byte)0x81, 900)]),
        ("a byte that is none", [0xC1]),
    ];

    /// <summary>Where each field of an array begins, and where the last one ends.</summary>
    public static IReadOnlyList<int> Fields(byte[] message)
    {
        MessagePackReader reader = new(message);
        int count = reader.ReadArrayHeader();
        List<int> starts = [(int)reader.Consumed];
        for (int i = 0; i < count; i++)
        {
            reader.Skip();
            starts.Add((int)reader.Consumed);
        }
        return starts;
    }

    public static byte[] Replace(byte[] message, int field, byte[] by)
    {
        IReadOnlyList<int> starts = Fields(message);
        return [.. message[..starts[field]], .. by, .. message[starts[field + 1]..]];
    }

    /// <summary>Cut at each byte, each bit changed, bytes changed at random, and something behind the end.</summary>
    public static IEnumerable<byte[]> All(byte[] message, int seed)
    {
        for (int length = 0; length < message.Length; length++)
            yield return message[..length];
        for (int bit = 0; bit < 8 * message.Length; bit++)
        {
            byte[] flipped = [.. message];
            flipped[bit / 8] ^= (byte)(1 << bit % 8);
            yield return flipped;
        }
        Random random = new(seed);
        for (int run = 0; run < 2000; run++)
        {
            byte[] changed = [.. message];
            for (int i = 0; i <= run % 4; i++)
                changed[random.Next(message.Length)] = (byte)random.Next(256);
            yield return changed;
        }
        yield return [.. message, 0xC0];
        yield return [.. message, .. message];
        for (int field = 0; field < Fields(message).Count - 1; field++)
            foreach ((_, byte[] foreign) in Foreign)
                yield return Replace(message, field, foreign);
    }

    /// <summary>As the handshake sends it: two bytes of length, lowest first, before it.</summary>
    public static byte[] Prefixed(byte[] message)
    {
        byte[] all = [0, 0, .. message];
        BinaryPrimitives.WriteUInt16LittleEndian(all, (ushort)message.Length);
        return all;
    }

    /// <summary>What the work throws. It fails when memory is taken for lengths that only a message claims.</summary>
    public static Exception? Thrown(Action work)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Exception? thrown = Record.Exception(work);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        return thrown;
    }
}
