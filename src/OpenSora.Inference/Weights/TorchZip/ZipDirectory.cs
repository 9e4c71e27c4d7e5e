using System.Text;

namespace OpenSora.Inference.Weights.TorchZip;

/// <summary>Bytes [Offset, Offset + Length) of the archive that hold an entry's data as it is.</summary>
internal readonly record struct ZipEntry(long Offset, long Length);

/// <summary>
/// The directory of a mapped zip archive whose entries are stored without compression, as torch.save writes them: the
/// data can then be used in place. Reads the zip64 records that archives above 4 GiB need (PKWARE APPNOTE 4.3–4.5).
/// Mistakes are <see cref="FormatException"/>s that complete "FILE …".
/// </summary>
internal static class ZipDirectory
{
    private const int LocalHeaderBytes = 30;
    private const ushort Zip64Extra = 1;
    private const int EncryptedFlag = 1;

    /// <summary>All entries by name.</summary>
    public static Dictionary<string, ZipEntry> Read(MappedFile file)
    {
        ZipEnd end = ZipEnd.Find(file);
        Dictionary<string, ZipEntry> entries = [];
        List<(long Start, long End, string Name)> used = [];
        long position = end.DirectoryOffset;
        for (long i = 0; i < end.EntryCount; i++)
        {
            (string name, ZipEntry entry, long header, position) = ReadEntry(file, position, end);
            if (!entries.TryAdd(name, entry))
                throw new FormatException($"has two entries called {Show.Name(name)}");
            used.Add((header, entry.Offset + entry.Length, name));
        }
        if (position != end.DirectoryOffset + end.DirectoryLength)
            throw new FormatException($"has a directory of {position - end.DirectoryOffset} bytes that says it has {end.DirectoryLength}");
        RefuseOverlaps(used);
        return entries;
    }

    private static (string Name, ZipEntry Entry, long Header, long Next) ReadEntry(MappedFile file, long position, ZipEnd end)
    {
        ByteReader reader = new(file, position, end.DirectoryOffset + end.DirectoryLength, "the zip directory");
        reader.Expect(ZipSignature.DirectoryEntry, "a directory entry");
        reader.Skip(4); // versions
        int flags = reader.UInt16(), method = reader.UInt16();
        reader.Skip(8); // time, date, CRC-32: checking it would read gigabytes
        long packed = reader.UInt32(), length = reader.UInt32();
        int nameLength = reader.UInt16(), extraLength = reader.UInt16(), commentLength = reader.UInt16();
        reader.Skip(8); // disk, attributes
        long header = reader.UInt32();
        string name = Encoding.UTF8.GetString(reader.Bytes(nameLength));
        ReadExtra(ref reader, extraLength, ref length, ref packed, ref header);
        reader.Skip(commentLength);

        if ((flags & EncryptedFlag) != 0)
            throw new FormatException($"has {Show.Name(name)} encrypted");
        if (method != 0 || packed != length)
            throw new FormatException($"has {Show.Name(name)} compressed (method {method}); torch.save writes without compression");
        long data = DataOffset(file, header, end.DirectoryOffset, name);
        if (length < 0 || length > end.DirectoryOffset - data)
            throw new FormatException($"has {Show.Name(name)} at byte {data} with {length} bytes, past the zip directory at {end.DirectoryOffset}");
        return (name, new ZipEntry(data, length), header, reader.Position);
    }

    /// <summary>The zip64 record holds, in this order, the numbers that did not fit into 32 bits.</summary>
    private static void ReadExtra(ref ByteReader reader, int extraLength, ref long length, ref long packed, ref long header)
    {
        long extraEnd = reader.Position + extraLength;
        while (extraEnd - reader.Position >= 4)
        {
            int id = reader.UInt16(), size = reader.UInt16();
            long next = reader.Position + size;
            if (next > extraEnd)
                throw new FormatException("has a zip directory entry with a damaged extra field");
            if (id == Zip64Extra)
            {
                if (length == uint.MaxValue)
                    length = reader.Int64();
                if (packed == uint.MaxValue)
                    packed = reader.Int64();
                if (header == uint.MaxValue)
                    header = reader.Int64();
                if (reader.Position > next)
                    throw new FormatException("has a zip64 record that is too short");
            }
            reader.Skip(next - reader.Position);
        }
        reader.Skip(extraEnd - reader.Position);
    }

    /// <summary>The data follows the local header, whose name and padding may have other lengths than in the directory.</summary>
    private static long DataOffset(MappedFile file, long header, long limit, string name)
    {
        ByteReader reader = new(file, header, limit, $"the header of {Show.Name(name)}");
        reader.Expect(ZipSignature.LocalHeader, $"the header of {Show.Name(name)}");
        reader.Skip(LocalHeaderBytes - 8);
        int nameLength = reader.UInt16(), extraLength = reader.UInt16();
        reader.Skip(nameLength + extraLength);
        return reader.Position;
    }

    private static void RefuseOverlaps(List<(long Start, long End, string Name)> used)
    {
        used.Sort();
        for (int i = 1; i < used.Count; i++)
            if (used[i].Start < used[i - 1].End)
                throw new FormatException($"has {Show.Name(used[i].Name)} inside {Show.Name(used[i - 1].Name)}");
    }
}
