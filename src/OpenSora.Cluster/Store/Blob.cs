using OpenSora.Contracts.Cards;
using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace OpenSora.Cluster.Store;

/// <summary>
/// A JSON header and parts of raw bytes in a stream. Little-endian: the letters OSP1, bytes of the header, number of parts,
/// CRC-32C of the header (4 bytes each); of each part its length (8 bytes) and CRC-32C (4 bytes); the header; the parts.
/// </summary>
public sealed record Blob<T>(T Header, IReadOnlyList<ReadOnlyMemory<byte>> Parts);

/// <summary>Bytes that are no blob, or a damaged one.</summary>
public sealed class BlobException(string message) : IOException(message);

/// <summary>Writes and reads blobs.</summary>
public static class Blobs
{
    /// <summary>The largest header that is read, in bytes.</summary>
    public const int MostHeaderBytes = 64 << 20;

    /// <summary>The most parts that are read.</summary>
    public const int MostParts = 1 << 16;

    private const uint Magic = 0x3150534f; // OSP1
    private const int FixedBytes = 16, PartBytes = 12;

    /// <summary>Writes one blob and flushes it. The parts are only read, until the task ends.</summary>
    public static async Task Write<T>(Stream output, T header, JsonTypeInfo<T> type, IReadOnlyList<ReadOnlyMemory<byte>> parts, CancellationToken cancel)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(header, type);
        byte[] prefix = new byte[FixedBytes + PartBytes * parts.Count];
        BinaryPrimitives.WriteUInt32LittleEndian(prefix, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(prefix.AsSpan(4), json.Length);
        BinaryPrimitives.WriteInt32LittleEndian(prefix.AsSpan(8), parts.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(prefix.AsSpan(12), Crc32C.Of(json));
        for (int i = 0; i < parts.Count; i++)
        {
            Span<byte> entry = prefix.AsSpan(FixedBytes + PartBytes * i);
            BinaryPrimitives.WriteInt64LittleEndian(entry, parts[i].Length);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], Crc32C.Of(parts[i].Span));
        }
        await output.WriteAsync(prefix, cancel);
        await output.WriteAsync(json, cancel);
        foreach (ReadOnlyMemory<byte> part in parts)
            await output.WriteAsync(part, cancel);
        await output.FlushAsync(cancel);
    }

    /// <summary>Reads the next blob; null when the stream ends before one begins.</summary>
    /// <exception cref="BlobException">The stream holds something else, or ends within the blob.</exception>
    public static async Task<Blob<T>?> Read<T>(Stream input, JsonTypeInfo<T> type, CancellationToken cancel)
    {
        byte[] prefix = new byte[FixedBytes];
        int read = await input.ReadAtLeastAsync(prefix, FixedBytes, throwOnEndOfStream: false, cancel);
        if (read == 0)
            return null;
        if (read < FixedBytes || BinaryPrimitives.ReadUInt32LittleEndian(prefix) != Magic)
            throw new BlobException("the bytes are no blob of this protocol");
        int headerBytes = BinaryPrimitives.ReadInt32LittleEndian(prefix.AsSpan(4)), count = BinaryPrimitives.ReadInt32LittleEndian(prefix.AsSpan(8));
        if (headerBytes is < 0 or > MostHeaderBytes || count is < 0 or > MostParts)
            throw new BlobException($"a blob with a header of {headerBytes} bytes and {count} parts; at most {MostHeaderBytes} and {MostParts} are taken");

        byte[] entries = await Exactly(input, PartBytes * count, cancel);
        byte[] json = await Exactly(input, headerBytes, cancel);
        if (Crc32C.Of(json) != BinaryPrimitives.ReadUInt32LittleEndian(prefix.AsSpan(12)))
            throw new BlobException("the header of a blob was damaged on its way");
        ReadOnlyMemory<byte>[] parts = new ReadOnlyMemory<byte>[count];
        for (int i = 0; i < count; i++)
        {
            long length = BinaryPrimitives.ReadInt64LittleEndian(entries.AsSpan(PartBytes * i));
            if (length < 0 || length > Array.MaxLength)
                throw new BlobException($"part {i} of a blob has {length} bytes; at most {Array.MaxLength} are taken");
            byte[] part = await Exactly(input, (int)length, cancel);
            if (Crc32C.Of(part) != BinaryPrimitives.ReadUInt32LittleEndian(entries.AsSpan(PartBytes * i + 8)))
                throw new BlobException($"part {i} of a blob was damaged on its way");
            parts[i] = part;
        }
        return new Blob<T>(Header(json, type), parts);
    }

    private static T Header<T>(byte[] json, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new BlobException("the header of a blob is null");
        }
        catch (JsonException e)
        {
            throw new BlobException($"the header of a blob cannot be read: {e.Message}");
        }
    }

    private static async Task<byte[]> Exactly(Stream input, int count, CancellationToken cancel)
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>(count);
        int read = await input.ReadAtLeastAsync(bytes, count, throwOnEndOfStream: false, cancel);
        return read == count ? bytes : throw new BlobException($"a blob ended after {read} of {count} bytes");
    }
}
