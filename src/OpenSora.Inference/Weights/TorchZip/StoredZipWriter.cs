using System.Text;

namespace OpenSora.Inference.Weights.TorchZip;

/// <summary>
/// Writes zip archives as torch does: entries without compression, each one's data at a multiple of 64 bytes so that it
/// can be used in place, zip64 end records always and zip64 fields where 32 bits do not suffice.
/// </summary>
internal sealed class StoredZipWriter : IDisposable
{
    private const int Alignment = 64;
    private const int LocalHeaderBytes = 30;
    private const int ChecksumInHeader = 14;
    private const int ExtraHeaderBytes = 4;
    private const ushort PaddingExtra = 0x4246; // "FB", torch's own
    private const ushort Zip64Extra = 1;
    private const ushort Version = 45; // the first with zip64
    private const ushort Utf8Names = 0x800;

    private readonly BinaryWriter _output; // little-endian on every machine
    private readonly List<(byte[] Name, long Header, long Length, uint Checksum)> _entries = [];

    public StoredZipWriter(FileStream output) => _output = new BinaryWriter(output, Encoding.UTF8, leaveOpen: true);

    private long Position => _output.Seek(0, SeekOrigin.Current);

    /// <summary>Adds an entry; <paramref name="write"/> writes exactly <paramref name="length"/> bytes.</summary>
    public void Add(string name, long length, Action<Stream> write)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(name);
        long header = Position;
        WriteLocalHeader(utf8, header, length);
        ChecksumStream data = new(_output.BaseStream);
        write(data);
        if (data.Position != length)
            throw new InvalidOperationException($"{name} has {data.Position} bytes instead of {length}");

        long end = Position;
        _output.BaseStream.Position = header + ChecksumInHeader;
        _output.Write(data.Checksum);
        _output.BaseStream.Position = end;
        _entries.Add((utf8, header, length, data.Checksum));
    }

    /// <summary>Writes the directory, which ends the archive.</summary>
    public void Finish()
    {
        long start = Position;
        foreach ((byte[] name, long header, long length, uint checksum) in _entries)
            WriteDirectoryEntry(name, header, length, checksum);
        WriteEnd(start, Position - start);
    }

    public void Dispose() => _output.Dispose();

    private void WriteLocalHeader(byte[] name, long header, long length)
    {
        long[] zip64 = length >= uint.MaxValue ? [length, length] : [];
        long unpadded = header + LocalHeaderBytes + name.Length + ExtraBytes(zip64) + ExtraHeaderBytes;
        int padding = (int)((Alignment - unpadded % Alignment) % Alignment);

        _output.Write(ZipSignature.LocalHeader);
        _output.Write(Version);
        WriteCommonFields(name, length, checksum: 0, extraBytes: ExtraBytes(zip64) + ExtraHeaderBytes + padding);
        _output.Write(name);
        WriteZip64(zip64);
        _output.Write(PaddingExtra);
        _output.Write((ushort)padding);
        _output.Write(Enumerable.Repeat((byte)'Z', padding).ToArray());
    }

    private void WriteDirectoryEntry(byte[] name, long header, long length, uint checksum)
    {
        long[] sizes = length >= uint.MaxValue ? [length, length] : [];
        long[] zip64 = header >= uint.MaxValue ? [.. sizes, header] : sizes;

        _output.Write(ZipSignature.DirectoryEntry);
        _output.Write(Version); // made by
        _output.Write(Version); // needed
        WriteCommonFields(name, length, checksum, ExtraBytes(zip64));
        _output.Write((ushort)0); // comment
        _output.Write((ushort)0); // disk
        _output.Write((ushort)0); // attributes, internal and external
        _output.Write(0u);
        _output.Write(Clamp(header));
        _output.Write(name);
        WriteZip64(zip64);
    }

    /// <summary>What a local header and a directory entry have in common, from the flags to the lengths that follow.</summary>
    private void WriteCommonFields(byte[] name, long length, uint checksum, int extraBytes)
    {
        _output.Write(Utf8Names);
        _output.Write((ushort)0); // stored
        _output.Write(0u); // time and date: the same bytes whenever it is written
        _output.Write(checksum);
        _output.Write(Clamp(length)); // packed
        _output.Write(Clamp(length));
        _output.Write(checked((ushort)name.Length));
        _output.Write((ushort)extraBytes);
    }

    private void WriteEnd(long directory, long directoryLength)
    {
        long end = Position, count = _entries.Count;
        _output.Write(ZipSignature.Zip64End);
        _output.Write(44L); // bytes of this record after this field
        _output.Write(Version);
        _output.Write(Version);
        _output.Write(0L); // disks
        _output.Write(count);
        _output.Write(count);
        _output.Write(directoryLength);
        _output.Write(directory);

        _output.Write(ZipSignature.Zip64Locator);
        _output.Write(0u);
        _output.Write(end);
        _output.Write(1u);

        ushort clampedCount = (ushort)Math.Min(count, ushort.MaxValue);
        _output.Write(ZipSignature.End);
        _output.Write(0u); // disks
        _output.Write(clampedCount);
        _output.Write(clampedCount);
        _output.Write(Clamp(directoryLength));
        _output.Write(Clamp(directory));
        _output.Write((ushort)0); // comment
    }

    private static int ExtraBytes(long[] zip64) => zip64.Length == 0 ? 0 : ExtraHeaderBytes + sizeof(long) * zip64.Length;

    private void WriteZip64(long[] zip64)
    {
        if (zip64.Length == 0)
            return;
        _output.Write(Zip64Extra);
        _output.Write((ushort)(sizeof(long) * zip64.Length));
        foreach (long number in zip64)
            _output.Write(number);
    }

    private static uint Clamp(long number) => (uint)Math.Min(number, uint.MaxValue);
}
