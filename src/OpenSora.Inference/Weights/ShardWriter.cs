using System.Text.Json;
using OpenSora.Contracts.Files;
using OpenSora.Inference.Weights.Safetensors;
using OpenSora.Inference.Weights.TorchZip;

namespace OpenSora.Inference.Weights;

/// <summary>Writes sharded checkpoints in the public layout: <c>NAME-00001-of-00002.EXT</c>, … and <c>NAME.EXT.index.json</c>.</summary>
public static class ShardWriter
{
    /// <summary>Shards <c>NAME-0000x-of-0000y.bin</c> in torch.save's format; for T5 NAME is <c>pytorch_model</c>.</summary>
    /// <param name="maxShardBytes">A shard is closed before its tensors pass this; one tensor alone may be larger.</param>
    public static void WriteTorch(string folder, string name, IReadOnlyList<OutgoingTensor> tensors, long maxShardBytes) =>
        Write(folder, name, "bin", tensors, maxShardBytes, TorchZipWriter.Write);

    /// <summary>Shards <c>NAME-0000x-of-0000y.safetensors</c>.</summary>
    /// <param name="maxShardBytes">A shard is closed before its tensors pass this; one tensor alone may be larger.</param>
    public static void WriteSafetensors(string folder, string name, IReadOnlyList<OutgoingTensor> tensors, long maxShardBytes) =>
        Write(folder, name, "safetensors", tensors, maxShardBytes, SafetensorsWriter.Write);

    private static void Write(
        string folder, string name, string extension, IReadOnlyList<OutgoingTensor> tensors, long maxShardBytes,
        Action<string, IReadOnlyList<OutgoingTensor>> writeFile)
    {
        List<List<OutgoingTensor>> shards = Split(tensors, maxShardBytes);
        SortedDictionary<string, string> map = new(StringComparer.Ordinal);
        for (int i = 0; i < shards.Count; i++)
        {
            string file = $"{name}-{i + 1:d5}-of-{shards.Count:d5}.{extension}";
            writeFile(Path.Combine(folder, file), shards[i]);
            foreach (OutgoingTensor tensor in shards[i])
                map.Add(tensor.Entry.Name, file);
        }
        WriteIndex(Path.Combine(folder, $"{name}.{extension}.index.json"), tensors.Sum(tensor => tensor.Entry.Bytes), map);
    }

    private static List<List<OutgoingTensor>> Split(IReadOnlyList<OutgoingTensor> tensors, long maxShardBytes)
    {
        List<List<OutgoingTensor>> shards = [[]];
        long bytes = 0;
        foreach (OutgoingTensor tensor in tensors)
        {
            if (bytes + tensor.Entry.Bytes > maxShardBytes && shards[^1].Count > 0)
            {
                shards.Add([]);
                bytes = 0;
            }
            shards[^1].Add(tensor);
            bytes += tensor.Entry.Bytes;
        }
        return shards;
    }

    private static void WriteIndex(string path, long totalBytes, SortedDictionary<string, string> map) => AtomicFile.Write(path, stream =>
    {
        using Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteStartObject("metadata");
        json.WriteNumber("total_size", totalBytes);
        json.WriteEndObject();
        json.WriteStartObject("weight_map");
        foreach ((string key, string file) in map)
            json.WriteString(key, file);
        json.WriteEndObject();
        json.WriteEndObject();
    });
}
