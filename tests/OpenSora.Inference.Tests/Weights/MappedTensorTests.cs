using System.Runtime.CompilerServices;
using OpenSora.Contracts;
using OpenSora.Inference.Weights;
using OpenSora.Inference.Weights.Safetensors;
using OpenSora.Inference.Weights.TorchZip;
using OpenSora.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Weights;

/// <summary>Tensors that lie over a mapped file.</summary>
public sealed class MappedTensorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("vae3d/model.safetensors", "scale", new[] { 3.5f, 2.2f, 2.45f, 2.9f })]
    [InlineData("t5/pytorch_model-00001-of-00002.bin", "shared.weight", new[] { 2.0011778f, -1.5083686f, -0.74669772f, -1.160673f })]
    public void Golden_tensors_have_the_values_of_the_file_without_a_copy(string file, string key, float[] expected)
    {
        string path = Path.Combine(Repository.Golden, "checkpoints", file);
        using Checkpoint checkpoint = Checkpoint.Open(path);
        using Tensor tensor = checkpoint.Load(key);

        Assert.Equal(expected, tensor.data<float>().ToArray()[..4]);
        Assert.True(LiesOver(path, tensor));
    }

    [Fact]
    public void A_tensor_outlives_its_checkpoint_and_unmaps_the_file_with_itself()
    {
        string path = _folder["x.safetensors"];
        SafetensorsWriter.Write(path, [Samples.Tensor("a", ScalarType.Byte, [3], 5), Samples.Tensor("b", ScalarType.Byte, [3], 6)]);
        Checkpoint checkpoint = Checkpoint.Open(path);
        Tensor a = checkpoint.Load("a"), b = checkpoint.Load("b");
        Tensor view = a[1];

        checkpoint.Dispose();
        a.Dispose();
        b.Dispose();
        Assert.True(IsMapped(path));
        Assert.Equal(6, view.ToByte());

        view.Dispose();
        Assert.False(IsMapped(path));
        Assert.Throws<ObjectDisposedException>(() => checkpoint.Load("a"));
    }

    [Fact]
    public void Loading_many_tensors_allocates_no_managed_copies()
    {
        string path = _folder["x.safetensors"];
        SafetensorsWriter.Write(path, [Samples.Tensor("a", ScalarType.Float32, [1 << 20])]);
        using Checkpoint checkpoint = Checkpoint.Open(path);
        checkpoint.Load("a").Dispose();

        long before = GC.GetAllocatedBytesForCurrentThread();
        checkpoint.Load("a").Dispose();

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4096);
    }

    [Fact]
    public void A_misaligned_tensor_is_copied()
    {
        string header = """{"a":{"dtype":"I32","shape":[2],"data_offsets":[0,8]}}""";
        foreach (int padding in Enumerable.Range(0, 4))
        {
            string path = _folder.Write("x.safetensors", Samples.Safetensors(header + new string(' ', padding), 8));
            using Checkpoint checkpoint = Checkpoint.Open(path);
            using Tensor tensor = checkpoint.Load("a");

            Assert.Equal([0x03020100, 0x07060504], tensor.data<int>().ToArray());
            Assert.Equal((8 + header.Length + padding) % 4 == 0, LiesOver(path, tensor));
        }
    }

    [Fact]
    public void Views_inside_a_storage_are_read_dense_in_place_and_strided_as_copies()
    {
        string pickle = Samples.Start + Samples.Dict(
            ("rows", Samples.View("ByteStorage", "0", 12, 4, [2, 3], [3, 1])),
            ("columns", Samples.View("ByteStorage", "0", 12, 1, [3, 2], [1, 3])),
            ("one", Samples.View("ByteStorage", "0", 12, 5, [1, 1], [77, 99])),
            ("scalar", Samples.View("ByteStorage", "0", 12, 11, [], [])),
            ("none", Samples.View("ByteStorage", "0", 12, 12, [2, 0, 3], [5, 5, 5]))) + ".";
        string path = _folder.Write("x.bin", Samples.TorchZip(pickle, Samples.Bytes(12)));
        using Checkpoint checkpoint = Checkpoint.Open(path);

        Assert.Equal<byte>([4, 5, 6, 7, 8, 9], Values(checkpoint, "rows", [2, 3]));
        Assert.Equal<byte>([1, 4, 2, 5, 3, 6], Values(checkpoint, "columns", [3, 2]));
        Assert.Equal<byte>([5], Values(checkpoint, "one", [1, 1]));
        Assert.Equal<byte>([11], Values(checkpoint, "scalar", []));
        Assert.Equal<byte>([], Values(checkpoint, "none", [2, 0, 3]));
        using Tensor rows = checkpoint.Load("rows"), columns = checkpoint.Load("columns");
        Assert.True(LiesOver(path, rows));
        Assert.False(LiesOver(path, columns));
    }

    [Fact]
    public void Tensors_come_back_from_both_formats_as_they_were()
    {
        using Tensor numbers = arange(6, ScalarType.Float32).reshape(2, 3), transposed = numbers.t(), half = numbers.to(ScalarType.BFloat16);
        OutgoingTensor[] tensors = [OutgoingTensor.Of("transposed", transposed), OutgoingTensor.Of("half", half)];
        SafetensorsWriter.Write(_folder["x.safetensors"], tensors);
        TorchZipWriter.Write(_folder["x.bin"], tensors);

        foreach (string file in new[] { "x.safetensors", "x.bin" })
        {
            using Checkpoint checkpoint = Checkpoint.Open(_folder[file]);
            using Tensor readTransposed = checkpoint.Load("transposed"), readHalf = checkpoint.Load("half");
            Assert.Equal([0, 3, 1, 4, 2, 5], readTransposed.data<float>().ToArray());
            Assert.Equal([3, 2], readTransposed.shape);
            Assert.Equal(ScalarType.BFloat16, readHalf.dtype);
            Assert.Equal(half.bytes.ToArray(), readHalf.bytes.ToArray());
        }
    }

    [Fact]
    public void An_unknown_key_is_refused_by_name()
    {
        SafetensorsWriter.Write(_folder["x.safetensors"], [Samples.Tensor("a", ScalarType.Byte, [1])]);
        using Checkpoint checkpoint = Checkpoint.Open(_folder["x.safetensors"]);

        Assert.Equal($"{_folder["x.safetensors"]} has no tensor b", Assert.Throws<InputException>(() => checkpoint.Load("b")).Message);
    }

    private static byte[] Values(Checkpoint checkpoint, string key, long[] shape)
    {
        using Tensor tensor = checkpoint.Load(key);
        Assert.Equal(shape, tensor.shape);
        Assert.True(tensor.is_contiguous());
        return tensor.bytes.ToArray();
    }

    private static bool IsMapped(string path) => Mappings(path).Any();

    private static unsafe bool LiesOver(string path, Tensor tensor)
    {
        ulong address = (ulong)Unsafe.AsPointer(ref tensor.bytes[0]);
        return Mappings(path).Any(range => range.Start <= address && address < range.End);
    }

    private static IEnumerable<(ulong Start, ulong End)> Mappings(string path) =>
        from line in File.ReadLines("/proc/self/maps")
        where line.EndsWith(Path.GetFullPath(path), StringComparison.Ordinal)
        let range = line[..line.IndexOf(' ')].Split('-')
        select (Convert.ToUInt64(range[0], 16), Convert.ToUInt64(range[1], 16));
}
