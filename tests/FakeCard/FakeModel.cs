using System.Buffers.Binary;
using System.Text;

namespace OpenSora.FakeCard;

/// <summary>
/// Arithmetic in the place of networks: bytes that depend on every byte they are made of, and on nothing else. A step mixes
/// neighbouring frames, so a clip put together of different steps would end in other bytes.
/// </summary>
public static class FakeModel
{
    /// <summary>A number for some bytes (FNV-1a, 64 bits).</summary>
    public static ulong Hash(ulong start, ReadOnlySpan<byte> bytes)
    {
        ulong hash = start ^ 0xcbf29ce484222325;
        foreach (byte one in bytes)
            hash = (hash ^ one) * 0x100000001b3;
        return hash;
    }

    public static ulong Hash(ulong start, string text) => Hash(start, Encoding.UTF8.GetBytes(text));

    public static ulong Hash(ulong start, long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return Hash(start, bytes);
    }

    /// <summary>So many bytes out of a number (SplitMix64).</summary>
    public static byte[] Expand(ulong seed, long count)
    {
        byte[] bytes = new byte[count];
        for (int at = 0; at < count; at++)
        {
            if (at % 8 == 0)
                seed += 0x9e3779b97f4a7c15;
            ulong mixed = (seed ^ (seed >> 30)) * 0xbf58476d1ce4e5b9;
            bytes[at] = (byte)((mixed ^ (mixed >> 27)) >> (at % 8 * 8));
        }
        return bytes;
    }

    /// <summary>The state of the random numbers after a draw; an empty one is that of the seed.</summary>
    public static byte[] Draw(ReadOnlySpan<byte> random, long seed, string what) => Expand(Hash(State(random, seed), what), 8);

    public static ulong State(ReadOnlySpan<byte> random, long seed) => random.IsEmpty ? Hash(0, seed) : Hash(0, random);

    /// <summary>One step of one sample.</summary>
    /// <param name="latent">[T, S, 16] in bytes.</param>
    /// <param name="conditions">A number for all else that the step depends on.</param>
    public static byte[] Step(ReadOnlySpan<byte> latent, int frames, ulong conditions)
    {
        int frameBytes = latent.Length / frames;
        byte[] next = new byte[latent.Length];
        for (int frame = 0; frame < frames; frame++)
        {
            int from = Math.Max(0, frame - 1), to = Math.Min(frames, frame + 2);
            ulong seed = Hash(Hash(conditions, frame), latent[(from * frameBytes)..(to * frameBytes)]);
            Expand(seed, frameBytes).CopyTo(next, frame * frameBytes);
        }
        return next;
    }
}
