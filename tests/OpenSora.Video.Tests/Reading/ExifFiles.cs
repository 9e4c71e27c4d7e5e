using System.Buffers.Binary;
using OpenSora.Contracts.Clips;

namespace OpenSora.Video.Tests.Reading;

/// <summary>Image files that say how they lie, put together by hand.</summary>
internal static class ExifFiles
{
    /// <summary>A TIFF structure with one tag, the orientation.</summary>
    public static byte[] Exif(int orientation, bool bigEndian = false) => bigEndian
        ? [.. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0]
        : [.. "II*\0"u8, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, (byte)orientation, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>After the first segment, as cameras write it: JFIF comes before it.</summary>
    public static byte[] IntoJpeg(byte[] jpeg, byte[] exif)
    {
        int first = 4 + BinaryPrimitives.ReadUInt16BigEndian(jpeg.AsSpan(4)), length = exif.Length + 8;
        return [.. jpeg[..first], 0xFF, 0xE1, (byte)(length >> 8), (byte)length, .. "Exif\0\0"u8, .. exif, .. jpeg[first..]];
    }

    /// <summary>At the end, where some programs put it.</summary>
    public static byte[] IntoPng(byte[] png, byte[] exif) => [.. png[..^12], .. PngChunk("eXIf", exif), .. png[^12..]];

    public static byte[] PngChunk(string name, byte[] data)
    {
        byte[] named = [.. System.Text.Encoding.ASCII.GetBytes(name), .. data], length = new byte[4], checksum = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(checksum, Crc32(named));
        return [.. length, .. named, .. checksum];
    }

    /// <summary>A simple WebP as an extended one.</summary>
    public static byte[] IntoWebp(byte[] webp, FrameSize size, byte[] exif)
    {
        byte[] canvas = [0x08, 0, 0, 0, .. Three(size.Width - 1), .. Three(size.Height - 1)];
        byte[] body = [.. "WEBP"u8, .. "VP8X"u8, 10, 0, 0, 0, .. canvas, .. webp[12..], .. "EXIF"u8, .. Four(exif.Length), .. exif, .. new byte[exif.Length & 1]];
        return [.. "RIFF"u8, .. Four(body.Length), .. body];
    }

    /// <summary>Without compression, 8 bits a channel.</summary>
    public static byte[] Tiff(FrameSize size, byte[] rgb, int orientation)
    {
        (int Tag, int Type, int Value)[] tags =
        [
            (256, 3, size.Width), (257, 3, size.Height), (258, 3, 8), (259, 3, 1), (262, 3, 2), (273, 4, 0), (274, 3, orientation), (277, 3, 3), (279, 4, rgb.Length),
        ];
        int data = 8 + 2 + 12 * tags.Length + 4;
        return [.. "II*\0"u8, .. Four(8), (byte)tags.Length, 0, .. tags.SelectMany(tag => (byte[])[.. Four(tag.Tag | tag.Type << 16), .. Four(1), .. Four(tag.Tag == 273 ? data : tag.Value)]), .. Four(0), .. rgb];
    }

    private static byte[] Four(int value) => BitConverter.GetBytes(value);

    private static byte[] Three(int value) => Four(value)[..3];

    private static uint Crc32(byte[] bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte next in bytes)
        {
            crc ^= next;
            for (int bit = 0; bit < 8; bit++)
                crc = crc >> 1 ^ (crc & 1) * 0xEDB88320;
        }
        return ~crc;
    }
}
