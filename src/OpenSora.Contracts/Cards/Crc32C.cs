using System.Buffers.Binary;
using System.Numerics;

namespace OpenSora.Contracts.Cards;

/// <summary>CRC-32C (Castagnoli), RFC 3720 appendix B.4: eight bytes an instruction on x86-64 and ARM64.</summary>
public static class Crc32C
{
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (byte last in bytes)
            crc = BitOperations.Crc32C(crc, last);
        return ~crc;
    }
}
