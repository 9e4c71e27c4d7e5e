using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;

namespace OpenSora.Inference.Weights.Safetensors;

/// <summary>Writes safetensors files: the header from the entries, then one tensor after the other.</summary>
public static class SafetensorsWriter
{
    private const int Alignment = 8;

    /// <summary>
    /// Writes <paramref name="tensors"/> in the given order, which the format leaves free. The header is padded with
    /// spaces so that the data starts at a multiple of 8 bytes; <c>__metadata__</c> is <c>{"format": "pt"}</c>, without
    /// which the public Python loaders refuse a file. The file appears under its name when it is complete.
    /// </summary>
    /// <exception cref="ArgumentException">Two tensors have the same key, or one is called <c>__metadata__</c>.</exception>
    public static void Write(string path, IReadOnlyCollection<OutgoingTensor> tensors)
    {
        byte[] header = Header(tensors);
        AtomicFile.Write(path, stream => Write(stream, header, tensors));
    }

    /// <summary>The bytes of such a file.</summary>
    /// <exception cref="ArgumentException">As above.</exception>
    public static byte[] Bytes(IReadOnlyCollection<OutgoingTensor> tensors)
    {
        using MemoryStream stream = new();
        Write(stream, Header(tensors), tensors);
        return stream.ToArray();
    }

    private static void Write(Stream stream, byte[] header, IReadOnlyCollection<OutgoingTensor> tensors)
    {
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (OutgoingTensor tensor in tensors)
            tensor.WriteTo(stream);
    }

    private static byte[] Header(IReadOnlyCollection<OutgoingTensor> tensors)
    {
        ArrayBufferWriter<byte> buffer = new();
        HashSet<string> keys = ["__metadata__"];
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            json.WriteString("format", "pt");
            json.WriteEndObject();
            long begin = 0;
            foreach ((WeightEntry entry, _) in tensors)
            {
                if (!keys.Add(entry.Name))
                    throw new ArgumentException($"two tensors are called {entry.Name}", nameof(tensors));
                WriteEntry(json, entry, begin, begin + entry.Bytes);
                begin += entry.Bytes;
            }
            json.WriteEndObject();
        }
        int padding = (Alignment - buffer.WrittenCount % Alignment) % Alignment;
        buffer.GetSpan(padding)[..padding].Fill((byte)' ');
        buffer.Advance(padding);
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteEntry(Utf8JsonWriter json, WeightEntry entry, long begin, long end)
    {
        json.WriteStartObject(entry.Name);
        json.WriteString("dtype", ElementTypes.ToSafetensors(entry.Type));
        json.WriteStartArray("shape");
        foreach (long size in entry.Shape)
            json.WriteNumberValue(size);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(begin);
        json.WriteNumberValue(end);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
