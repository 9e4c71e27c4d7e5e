using System.Buffers.Binary;

namespace OpenSora.Inference.Weights.TorchZip;

/// <summary>Where the directory of a zip archive lies, from the record at the archive's end or its zip64 form.</summary>
internal readonly record struct ZipEnd(long DirectoryOffset, long DirectoryLength, long EntryCount)
{
    private const int EndBytes = 22;
    private const int LocatorBytes = 20;
    private const int MaxComment = ushort.MaxValue;

    public static ZipEnd Find(MappedFile file)
    {
        long position = FindSignature(file);
        ByteReader reader = new(file, position, file.Length, "the end of the zip archive");
        reader.Skip(10); // signature, disks, entries on this disk
        long count = reader.UInt16(), length = reader.UInt32(), offset = reader.UInt32();
        if (count == ushort.MaxValue || length == uint.MaxValue || offset == uint.MaxValue)
            (offset, length, count) = ReadZip64(file, position);
        if (offset < 0 || length < 0 || offset > position || length > position - offset)
            throw new FormatException(
                $"has a zip directory at byte {offset} with {length} bytes, outside the {position} bytes before its end record");
        return new ZipEnd(offset, length, count);
    }

    /// <summary>The record is the last one, before a comment of at most 64 KiB that fills the rest of the file.</summary>
    private static long FindSignature(MappedFile file)
    {
        int count = (int)Math.Min(file.Length, EndBytes + MaxComment);
        ReadOnlySpan<byte> tail = file.Span(file.Length - count, count);
        for (int at = count - EndBytes; at >= 0; at--)
            if (BinaryPrimitives.ReadUInt32LittleEndian(tail[at..]) == ZipSignature.End
                && BinaryPrimitives.ReadUInt16LittleEndian(tail[(at + EndBytes - 2)..]) == count - EndBytes - at)
                return file.Length - count + at;
        throw new FormatException("begins as a zip archive, but its end is missing");
    }

    private static (long Offset, long Length, long Count) ReadZip64(MappedFile file, long end)
    {
        ByteReader locator = new(file, end - LocatorBytes, end, "the zip64 locator");
        locator.Expect(ZipSignature.Zip64Locator, "the zip64 locator");
        locator.Skip(4); // disk
        ByteReader record = new(file, locator.Int64(), end - LocatorBytes, "the zip64 end record");
        record.Expect(ZipSignature.Zip64End, "the zip64 end record");
        record.Skip(28); // size of this record, versions, disks, entries on this disk
        long count = record.Int64(), length = record.Int64(), offset = record.Int64();
        return (offset, length, count);
    }
}
