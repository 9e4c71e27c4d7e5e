using System.Buffers.Binary;
using System.IO.Compression;

namespace OpenSora.Video.Writing;

/// <summary>The PNG format (ISO/IEC 15948), as far as 8-bit RGB needs it.</summary>
internal static class Png
{
    private const int BytesPerPixel = 3;
    private static readonly byte[] Signature = [0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1A, (byte)'\n'];
    private static readonly uint[] Crcs = [.. Enumerable.Range(0, 256).Select(CrcOf)];

    /// <param name="rgb">RGB24, rows from the top.</param>
    /// <exception cref="ArgumentException">The length is not that of a picture of this size.</exception>
    public static void Write(Stream stream, int height, int width, ReadOnlySpan<byte> rgb)
    {
        if (rgb.Length != (long)BytesPerPixel * height * width)
            throw new ArgumentException($"{rgb.Length} bytes are not a picture of {height}x{width} in RGB24, {(long)BytesPerPixel * height * width} bytes", nameof(rgb));
        stream.Write(Signature);
        WriteChunk(stream, "IHDR"u8, Header(height, width));
        WriteChunk(stream, "IDAT"u8, Compressed(height, width, rgb));
        WriteChunk(stream, "IEND"u8, []);
    }

    private static byte[] Header(int height, int width)
    {
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 2); // bits a channel, RGB
        return header;
    }

    /// <summary>Rows as differences from the pixel to the left (filter 1), which compress better than the values.</summary>
    private static byte[] Compressed(int height, int width, ReadOnlySpan<byte> rgb)
    {
        using MemoryStream packed = new();
        using (ZLibStream zlib = new(packed, CompressionLevel.Optimal))
        {
            byte[] line = new byte[1 + (BytesPerPixel * width)];
            line[0] = 1;
            for (int y = 0; y < height; y++)
            {
                ReadOnlySpan<byte> row = rgb.Slice(y * (line.Length - 1), line.Length - 1);
                for (int i = 0; i < row.Length; i++)
                    line[1 + i] = (byte)(row[i] - (i < BytesPerPixel ? 0 : row[i - BytesPerPixel]));
                zlib.Write(line);
            }
        }
        return packed.ToArray();
    }

    private static void WriteChunk(Stream stream, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        stream.Write(number);
        stream.Write(type);
        stream.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Crc(Crc(uint.MaxValue, type), data));
        stream.Write(number);
    }

    private static uint Crc(uint crc, ReadOnlySpan<byte> data)
    {
        foreach (byte value in data)
            crc = Crcs[(byte)(crc ^ value)] ^ (crc >> 8);
        return crc;
    }

    private static uint CrcOf(int value)
    {
        uint crc = (uint)value;
        for (int bit = 0; bit < 8; bit++)
            crc = (crc & 1) != 0 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
        return crc;
    }
}
