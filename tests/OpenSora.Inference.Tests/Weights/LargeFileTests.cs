using System.Text;
using OpenSora.Inference.Weights;
using OpenSora.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Weights;

/// <summary>Files beyond the limits of 32-bit numbers, made sparse: they take a few blocks on disk.</summary>
public sealed class LargeFileTests : IDisposable
{
    private const long GiB = 1L << 30;
    private static readonly byte[] One = BitConverter.GetBytes(1f);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Tensors_beyond_2_GiB_of_a_safetensors_file_are_read()
    {
        string header = $$$"""{"big":{"dtype":"U8","shape":[{{{3 * GiB}}}],"data_offsets":[0,{{{3 * GiB}}}]},"last":{"dtype":"F32","shape":[1],"data_offsets":[{{{3 * GiB}}},{{{3 * GiB + 4}}}]}}""";
        header = header.PadRight((header.Length + 7) / 8 * 8);
        using (FileStream stream = File.Create(_folder["x.safetensors"]))
        {
            stream.Write(BitConverter.GetBytes((long)header.Length));
            stream.Write(Encoding.UTF8.GetBytes(header));
            stream.Position += 3 * GiB;
            stream.Write(One);
        }

        using Checkpoint checkpoint = Checkpoint.Open(_folder["x.safetensors"]);
        using Tensor big = checkpoint.Load("big"), last = checkpoint.Load("last");

        Assert.Equal(3 * GiB, big.numel());
        Assert.Equal(1f, last.ToSingle());
    }

    [Fact]
    public void Tensors_beyond_4_GiB_of_a_torch_archive_are_read()
    {
        byte[] pickle = Encoding.Latin1.GetBytes(Samples.Start + Samples.Dict(
            ("big", Samples.View("HalfStorage", "0", 5 * GiB / 2, 0, [5 * GiB / 2], [1])),
            ("last", Samples.View("FloatStorage", "1", 1, 0, [1], [1]))) + ".");
        using (FileStream stream = File.Create(_folder["x.bin"]))
        using (BinaryWriter writer = new(stream))
            WriteZip64(writer, ("x/data.pkl", pickle, pickle.Length), ("x/data/0", [], 5 * GiB), ("x/data/1", One, 4));

        using Checkpoint checkpoint = Checkpoint.Open(_folder["x.bin"]);
        using Tensor big = checkpoint.Load("big"), last = checkpoint.Load("last");

        Assert.Equal(5 * GiB / 2, big.numel());
        Assert.Equal(1f, last.ToSingle());
    }

    /// <summary>A zip64 archive of stored entries, each of the given bytes and then zeros up to its length.</summary>
    private static void WriteZip64(BinaryWriter writer, params (string Name, byte[] Bytes, long Length)[] entries)
    {
        Stream stream = writer.BaseStream;
        List<long> headers = [];
        foreach ((string name, byte[] bytes, long length) in entries)
        {
            headers.Add(stream.Position);
            Write16(writer, 0x4b50, 0x0403, 45, 0, 0, 0, 0);
            Write32(writer, 0, uint.MaxValue, uint.MaxValue);
            Write16(writer, (ushort)name.Length, 0);
            writer.Write(Encoding.ASCII.GetBytes(name));
            stream.Write(bytes);
            stream.Position += length - bytes.Length;
        }
        long directory = stream.Position;
        foreach (((string name, _, long length), long header) in entries.Zip(headers))
        {
            Write16(writer, 0x4b50, 0x0201, 45, 45, 0, 0, 0, 0);
            Write32(writer, 0, uint.MaxValue, uint.MaxValue);
            Write16(writer, (ushort)name.Length, 28 + 8, 0, 0, 0, 0, 0);
            Write32(writer, uint.MaxValue);
            writer.Write(Encoding.ASCII.GetBytes(name));
            Write16(writer, 0x4246, 4, 0, 0); // another extra field before the one that counts
            Write16(writer, 1, 24);
            Write64(writer, length, length, header);
        }
        long end = stream.Position;
        Write16(writer, 0x4b50, 0x0606);
        Write64(writer, 44);
        Write16(writer, 45, 45);
        Write32(writer, 0, 0);
        Write64(writer, entries.Length, entries.Length, end - directory, directory);
        Write16(writer, 0x4b50, 0x0706, 0, 0);
        Write64(writer, end);
        Write32(writer, 1);
        Write16(writer, 0x4b50, 0x0605, 0, 0, ushort.MaxValue, ushort.MaxValue);
        Write32(writer, uint.MaxValue, uint.MaxValue);
        Write16(writer, 0);
    }

    private static void Write16(BinaryWriter writer, params ReadOnlySpan<ushort> numbers)
    {
        foreach (ushort number in numbers)
            writer.Write(number);
    }

    private static void Write32(BinaryWriter writer, params ReadOnlySpan<uint> numbers)
    {
        foreach (uint number in numbers)
            writer.Write(number);
    }

    private static void Write64(BinaryWriter writer, params ReadOnlySpan<long> numbers)
    {
        foreach (long number in numbers)
            writer.Write(number);
    }
}
