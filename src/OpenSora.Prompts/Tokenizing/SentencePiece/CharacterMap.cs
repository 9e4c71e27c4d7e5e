using System.Buffers.Binary;

namespace OpenSora.Prompts.Tokenizing.SentencePiece;

/// <summary>
/// Which characters stand for others: the <c>precompiled_charsmap</c> of a SentencePiece model. Its length in bytes, a double
/// array of 32-bit units (Yata's darts-clone) that finds the longest rule, and what the rules give, each ended by a zero.
/// </summary>
internal sealed class CharacterMap
{
    private const uint LabelBits = 0x8000_00FF, HasValue = 0x100, WideOffset = 0x200, ValueBits = 0x7FFF_FFFF;

    private readonly uint[] _units;
    private readonly byte[] _results;

    /// <exception cref="InvalidDataException">The parts have other lengths than they say.</exception>
    public CharacterMap(ReadOnlySpan<byte> bytes)
    {
        int length = bytes.Length < 4 ? -1 : BinaryPrimitives.ReadInt32LittleEndian(bytes);
        if (length < 4 || length % 4 != 0 || length >= bytes.Length - 4)
            throw new InvalidDataException("its map of characters breaks off");
        _units = new uint[length / 4];
        for (int i = 0; i < _units.Length; i++)
            _units[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(4 + 4 * i)..]);
        _results = bytes[(4 + length)..].ToArray();
    }

    /// <summary>What the longest rule that begins the text gives, which may be nothing, and how many bytes it takes; 0 when there is none.</summary>
    public ReadOnlySpan<byte> Replace(ReadOnlySpan<byte> text, out int taken)
    {
        taken = 0;
        uint result = 0, at = Offset(_units[0]);
        for (int i = 0; i < text.Length; i++)
        {
            at ^= text[i];
            if (at >= _units.Length || (_units[at] & LabelBits) != text[i])
                break;
            uint unit = _units[at];
            at ^= Offset(unit);
            if ((unit & HasValue) != 0 && at < _units.Length)
                (taken, result) = (i + 1, _units[at] & ValueBits);
        }
        if (taken == 0 || result >= _results.Length)
            return [];
        ReadOnlySpan<byte> given = _results.AsSpan((int)result);
        int end = given.IndexOf((byte)0);
        return end < 0 ? given : given[..end];
    }

    private static uint Offset(uint unit) => unit >> 10 << ((unit & WideOffset) == 0 ? 0 : 8);
}
