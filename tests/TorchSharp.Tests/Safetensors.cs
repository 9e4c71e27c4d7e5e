using System.Buffers.Binary;
using System.Text.Json;

namespace TorchSharp.Tests;

/// <summary>Just enough of the format to read the float32 tensors of a reference file.</summary>
internal static class Safetensors
{
    public static Dictionary<string, Tensor> Read(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        int start = 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        using JsonDocument header = JsonDocument.Parse(file.AsMemory(8, start - 8));
        Dictionary<string, Tensor> tensors = [];
        foreach (JsonProperty entry in header.RootElement.EnumerateObject().Where(entry => entry.Name != "__metadata__"))
        {
            Assert.Equal("F32", entry.Value.GetProperty("dtype").GetString());
            long[] shape = entry.Value.GetProperty("shape").Deserialize<long[]>()!;
            int[] range = entry.Value.GetProperty("data_offsets").Deserialize<int[]>()!;
            Tensor numbers = empty(shape);
            file.AsSpan(start + range[0], range[1] - range[0]).CopyTo(numbers.bytes);
            tensors.Add(entry.Name, numbers);
        }
        return tensors;
    }
}
