using System.Buffers.Binary;
using System.Text;

namespace OpenSora.Torch;

/// <summary>
/// The versions of other libraries that a 64-bit ELF library asks for: its section <c>.gnu.version_r</c>
/// (Linux Standard Base, "Symbol Versioning").
/// </summary>
internal static class SymbolVersions
{
    private const uint RequiredVersions = 0x6ffffffe; // SHT_GNU_verneed

    private const ushort Weak = 2; // VER_FLG_WEAK: the loader goes on without it

    /// <summary>Makes the loader go on where a version is missing.</summary>
    /// <param name="library">A whole file; two of its bytes change.</param>
    /// <returns>Whether it asks for that version.</returns>
    public static bool Weaken(Span<byte> library, string version)
    {
        bool found = false;
        long sections = Long(library, 0x28);
        int size = Short(library, 0x3A), count = Short(library, 0x3C);
        for (int i = 0; i < count; i++)
        {
            int section = checked((int)(sections + (long)i * size));
            if (Word(library, section + 4) != RequiredVersions)
                continue;
            int names = (int)Long(library, (int)(sections + Word(library, section + 0x28) * size) + 0x18);
            int file = (int)Long(library, section + 0x18);
            for (uint files = Word(library, section + 0x2C); files > 0; files--, file += (int)Word(library, file + 12))
            {
                int needed = file + (int)Word(library, file + 8);
                for (int versions = Short(library, file + 2); versions > 0; versions--, needed += (int)Word(library, needed + 12))
                    if (Name(library, names + (int)Word(library, needed + 8)).SequenceEqual(Encoding.ASCII.GetBytes(version)))
                    {
                        BinaryPrimitives.WriteUInt16LittleEndian(library[(needed + 4)..], (ushort)(Short(library, needed + 4) | Weak));
                        found = true;
                    }
            }
        }
        return found;
    }

    private static ReadOnlySpan<byte> Name(ReadOnlySpan<byte> library, int at)
    {
        ReadOnlySpan<byte> rest = library[at..];
        return rest[..rest.IndexOf((byte)0)];
    }

    private static long Long(ReadOnlySpan<byte> library, int at) => BinaryPrimitives.ReadInt64LittleEndian(library[at..]);

    private static uint Word(ReadOnlySpan<byte> library, int at) => BinaryPrimitives.ReadUInt32LittleEndian(library[at..]);

    private static int Short(ReadOnlySpan<byte> library, int at) => BinaryPrimitives.ReadUInt16LittleEndian(library[at..]);
}
