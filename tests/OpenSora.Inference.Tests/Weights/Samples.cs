using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using OpenSora.Inference.Weights;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Weights;

/// <summary>Small files made by hand, right and wrong ones, without the writers that are tested.</summary>
public static class Samples
{
    /// <summary>A tensor whose byte i is <paramref name="seed"/> + i.</summary>
    public static OutgoingTensor Tensor(string name, ScalarType type, long[] shape, int seed = 0)
    {
        WeightEntry entry = new(name, type, shape);
        return new OutgoingTensor(entry, stream => stream.Write(Bytes(entry.Bytes, seed)));
    }

    public static byte[] Bytes(long count, int seed = 0) => [.. Enumerable.Range(seed, (int)count).Select(i => (byte)i)];

    /// <summary>A safetensors file with this header and so many bytes of data.</summary>
    public static byte[] Safetensors(string header, int dataBytes, long? headerLength = null)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, headerLength ?? json.Length);
        return [.. length, .. json, .. Bytes(dataBytes)];
    }

    /// <summary>A zip archive like torch.save's, by .NET's writer: <c>archive/data.pkl</c> and storages <c>archive/data/0</c>, ….</summary>
    public static byte[] TorchZip(string pickle, params byte[][] storages)
    {
        List<(string, byte[])> entries = [("archive/data.pkl", Encoding.Latin1.GetBytes(pickle))];
        entries.AddRange(storages.Select((bytes, i) => ($"archive/data/{i}", bytes)));
        return Zip(CompressionLevel.NoCompression, [.. entries]);
    }

    public static byte[] Zip(CompressionLevel level, params (string Name, byte[] Bytes)[] entries)
    {
        MemoryStream memory = new();
        using (ZipArchive zip = new(memory, ZipArchiveMode.Create, leaveOpen: true))
            foreach ((string name, byte[] bytes) in entries)
                using (Stream stream = zip.CreateEntry(name, level).Open())
                    stream.Write(bytes);
        return memory.ToArray();
    }

    // Pieces of pickles, one Latin-1 character a byte. Protocol 2: text, tuples, a call.
    public const string Start = "\x80\x02";
    public static string Text(string text) => $"X{(char)text.Length}\0\0\0{text}";
    public static string Number(long value) => "\x8a\x08" + string.Concat(Enumerable.Range(0, 8).Select(i => (char)(byte)(value >> (8 * i))));
    public static string Tuple(params long[] numbers) => $"({string.Concat(numbers.Select(Number))}t";

    /// <summary>A tensor over storage <c>data/KEY</c> as torch.save writes it.</summary>
    public static string View(string storage, string key, long count, long offset, long[] shape, long[] strides) =>
        $"ctorch._utils\n_rebuild_tensor_v2\n(({Text("storage")}ctorch\n{storage}\n{Text(key)}{Text("cpu")}{Number(count)}tQ"
        + $"{Number(offset)}{Tuple(shape)}{Tuple(strides)}\x89" + "ccollections\nOrderedDict\n)RtR";

    /// <summary>A pickled dict with these items.</summary>
    public static string Dict(params (string Key, string Value)[] items) =>
        $"}}({string.Concat(items.Select(item => Text(item.Key) + item.Value))}u";
}
