using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;

namespace OpenSora.Layout.Latents;

/// <summary>What a safetensors file tells of a tensor.</summary>
/// <param name="Name">Its key.</param>
/// <param name="Type">As the format calls it, e.g. <c>F32</c>.</param>
/// <param name="Bytes">Of its numbers.</param>
public sealed record SafetensorsEntry(string Name, string Type, IReadOnlyList<long> Shape, long Bytes);

/// <summary>The beginning of a safetensors file (github.com/huggingface/safetensors); the tensors follow, one after the other.</summary>
public static class SafetensorsPreamble
{
    private const int LengthBytes = 8, Alignment = 8;

    /// <summary>
    /// The header's length and the header, in the given order, which the format leaves free. It is padded with spaces so that the
    /// data starts at a multiple of 8 bytes; <c>__metadata__</c> is <c>{"format": "pt"}</c>, without which the public Python
    /// loaders refuse a file.
    /// </summary>
    /// <exception cref="ArgumentException">Two tensors have the same key, or one is called <c>__metadata__</c>.</exception>
    public static byte[] Of(IEnumerable<SafetensorsEntry> tensors)
    {
        ArrayBufferWriter<byte> buffer = new();
        buffer.Write(new byte[LengthBytes]); // the length, when it is known
        HashSet<string> keys = ["__metadata__"];
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            json.WriteString("format", "pt");
            json.WriteEndObject();
            long begin = 0;
            foreach (SafetensorsEntry tensor in tensors)
            {
                if (!keys.Add(tensor.Name))
                    throw new ArgumentException($"two tensors are called {tensor.Name}", nameof(tensors));
                Write(json, tensor, begin);
                begin += tensor.Bytes;
            }
            json.WriteEndObject();
        }
        int padding = (Alignment - buffer.WrittenCount % Alignment) % Alignment;
        buffer.GetSpan(padding)[..padding].Fill((byte)' ');
        buffer.Advance(padding);
        byte[] header = buffer.WrittenSpan.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(header, header.Length - LengthBytes);
        return header;
    }

    private static void Write(Utf8JsonWriter json, SafetensorsEntry tensor, long begin)
    {
        json.WriteStartObject(tensor.Name);
        json.WriteString("dtype", tensor.Type);
        json.WriteStartArray("shape");
        foreach (long size in tensor.Shape)
            json.WriteNumberValue(size);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(begin);
        json.WriteNumberValue(begin + tensor.Bytes);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
