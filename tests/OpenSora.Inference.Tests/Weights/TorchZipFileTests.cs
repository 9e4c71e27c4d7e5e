using System.IO.Compression;
using System.Text;
using OpenSora.Contracts;
using OpenSora.Inference.Weights;
using OpenSora.Inference.Weights.TorchZip;
using OpenSora.TestKit;
using static OpenSora.Inference.Tests.Weights.Samples;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Weights;

public sealed class TorchZipFileTests : IDisposable
{
    private static readonly string OneView = View("FloatStorage", "0", 2, 0, [2], [1]);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Entries_come_back_in_every_type_and_shape()
    {
        ScalarType[] types = [ScalarType.Float64, ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16, ScalarType.Int64, ScalarType.Int32, ScalarType.Int16, ScalarType.Int8, ScalarType.Byte, ScalarType.Bool];
        long[][] shapes = [[], [0], [3], [2, 0, 4], [1, 5], [70, 1000], [2, 3, 1, 2, 2]];
        List<OutgoingTensor> tensors = [.. Enumerable.Range(0, 2100).Select(i => Samples.Tensor($"k.{i}.é", types[i % 10], shapes[i % 1000 % 7], i))];
        TorchZipWriter.Write(_folder["x.bin"], tensors);

        using Checkpoint checkpoint = Checkpoint.Open(_folder["x.bin"]);

        Assert.Equal(tensors.Select(tensor => tensor.Entry.ToString()), checkpoint.Entries.Values.Select(entry => entry.ToString()));
    }

    [Fact]
    public void A_written_archive_is_readable_as_zip_with_aligned_data()
    {
        TorchZipWriter.Write(_folder["x.bin"], [Samples.Tensor("a", ScalarType.Byte, [3], seed: 65), Samples.Tensor("b", ScalarType.Byte, [2], seed: 97)]);

        using (ZipArchive zip = ZipFile.OpenRead(_folder["x.bin"])) // checks the CRC-32 of what it reads
        {
            Assert.Equal(["x/data.pkl", "x/byteorder", "x/data/0", "x/data/1", "x/version"], zip.Entries.Select(entry => entry.FullName));
            Assert.Equal("little", Read(zip.GetEntry("x/byteorder")!));
            Assert.Equal("ABC", Read(zip.GetEntry("x/data/0")!));
        }
        byte[] file = File.ReadAllBytes(_folder["x.bin"]);
        Assert.Equal(0, file.AsSpan().IndexOf("ABC"u8) % 64);
        ReadOnlySpan<byte> pickleStart = [0x80, 2, (byte)'}', (byte)'('];
        Assert.Equal(0, file.AsSpan().IndexOf(pickleStart) % 64);
    }

    [Theory]
    [InlineData("cos\nsystem\n", "os.system")]
    [InlineData("cposix\nsystem\n", "posix.system")]
    [InlineData("cbuiltins\neval\n", "builtins.eval")]
    [InlineData("c__builtin__\nexec\n", "__builtin__.exec")]
    [InlineData("cnumpy.core.multiarray\n_reconstruct\n", "numpy.core.multiarray._reconstruct")]
    [InlineData("ctorch.storage\n_load_from_bytes\n", "torch.storage._load_from_bytes")]
    [InlineData("ctorch\nComplexFloatStorage\n", "torch.ComplexFloatStorage")]
    [InlineData("ctorch\nload\n", "torch.load")]
    [InlineData("ccollections\nOrderedDict.fromkeys\n", "collections.OrderedDict.fromkeys")]
    [InlineData("(ios\nsystem\n", "os.system")]
    [InlineData("X\x02\0\0\0osX\x06\0\0\0system\x93", "os.system")]
    [InlineData("\x8c\x02os\x8c\x06system\x93", "os.system")]
    public void A_pickle_that_names_anything_else_than_tensors_is_refused_by_that_name(string opcodes, string name)
    {
        string path = _folder.Write("x.bin", TorchZip($"{Start}{opcodes}{Samples.Text("rm")}\x85R."));

        InputException refusal = Assert.Throws<InputException>(() => Checkpoint.Open(path));

        Assert.Contains($"{path} wants to run `{name}`; only tensors are admitted", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refused_name_cannot_flood_or_garble_the_message()
    {
        string path = _folder.Write("x.bin", TorchZip($"{Start}cos\x1b[31m{new string('x', 10_000)}\nsystem\n."));

        InputException refusal = Assert.Throws<InputException>(() => Checkpoint.Open(path));

        Assert.DoesNotContain('\x1b', refusal.Message);
        Assert.InRange(refusal.Message.Length, 100, 600);
    }

    [Fact]
    public void Parameters_ordered_dicts_with_metadata_and_nested_state_dicts_are_read()
    {
        string parameter = $"ctorch._utils\n_rebuild_parameter\n({OneView}\x88" + "ccollections\nOrderedDict\n)RtR";
        string ordered = $"ccollections\nOrderedDict\n)R({Samples.Text("w")}{parameter}u}}{Samples.Text("_metadata")}ccollections\nOrderedDict\n)Rsb";
        string training = Dict(("epoch", "K\x05"), ("state_dict", ordered), ("lr", "G?\xf0\0\0\0\0\0\0"), ("best", "N"));

        foreach (string pickle in new[] { ordered, training })
            Assert.Equal(["w [2] Float32"], Open(_folder.Write("x.bin", TorchZip($"{Start}{pickle}.", Bytes(8)))));
    }

    [Fact]
    public void Protocol_4_is_read()
    {
        string view = OneView.Replace("ctorch._utils\n_rebuild_tensor_v2\n", "\x8c\x0ctorch._utils\x8c\x12_rebuild_tensor_v2\x93", StringComparison.Ordinal);
        string pickle = "\x80\x04\x95\0\0\0\0\0\0\0\0" + $"}}\x94\x8c\x01w\x94{view}\x94s.";

        Assert.Equal(["w [2] Float32"], Open(_folder.Write("x.bin", TorchZip(pickle, Bytes(8)))));
    }

    public static TheoryData<string, string> DamagedPickles => new()
    {
        { "", "ends 1 bytes too early" },
        { "}", "ends 1 bytes too early" },
        { ".", "takes more values than it made" },
        { "(.", "takes more values than it made" },
        { "t.", "takes more values than it made" },
        { "s.", "takes more values than it made" },
        { "h\x07.", "recalls value 7, which it never stored" },
        { "X\xff\xff\xff\xff.", "bytes too early" },
        { "\x8a\u0009123456789.", "a number of 9 bytes" },
        { "\x80\x09.", "protocol 9" },
        { "c", "ends inside a name" },
        { "]}s.", "takes more values" },
        { "]NNs.", "sets items of something that is not a dict" },
        { "}(Nu.", "sets items of something that is not a dict" },
        { "}Na.", "appends to something that is not a list" },
        { "NNb.", "sets the state of something that is not a dict" },
        { "N)R.", "calls something that is not a name" },
        { "ccollections\nOrderedDict\nN\x85R.", "calls collections.OrderedDict with arguments" },
        { "ctorch\nFloatStorage\n)R.", "calls torch.FloatStorage with arguments" },
        { "ctorch._utils\n_rebuild_tensor_v2\n)R.", "calls torch._utils._rebuild_tensor_v2 with arguments" },
        { "NQ.", "a persistent id that is not a storage" },
        { "S'text'\n.", "opcode 0x53" },
        { new string('N', 70_000) + ".", "more than 65536 values on its stack" },
        { "N.", "holds None where a dict of tensors should be" },
        { "}K\x01K\x02s.", "names a tensor with a number instead of text" },
        { Dict(("epoch", "K\x02")) + ".", "holds a number under epoch where a tensor should be" },
        { Dict(("a", OneView), ("a", OneView)) + ".", "holds a twice" },
        { Dict(("a", View("FloatStorage", "7", 2, 0, [2], [1]))) + ".", "lacks the storage data/7 of a" },
        { Dict(("a", View("FloatStorage", "0", 3, 0, [2], [1]))) + ".", "8 bytes in the storage of a, which should have 3 elements of 4" },
        { Dict(("a", View("DoubleStorage", "0", 2, 0, [2], [1]))) + ".", "8 bytes in the storage of a, which should have 2 elements of 8" },
        { Dict(("a", View("FloatStorage", "0", 2, 1, [2], [1]))) + ".", "outside its storage of 2 elements" },
        { Dict(("a", View("FloatStorage", "0", 2, 0, [2], [2]))) + ".", "outside its storage of 2 elements" },
        { Dict(("a", View("FloatStorage", "0", 2, 0, [2], [-1]))) + ".", "a view that cannot be: a (shape [2], strides [-1], offset 0)" },
        { Dict(("a", View("FloatStorage", "0", 2, -1, [2], [1]))) + ".", "a view that cannot be" },
        { Dict(("a", View("FloatStorage", "0", 2, 0, [2, 1], [1]))) + ".", "a view that cannot be" },
        { Dict(("a", View("FloatStorage", "0", 2, 0, [1L << 40], [0]))) + ".", "more elements than its storage of 2" },
        { Dict(("a", View("FloatStorage", "0", 2, 0, [1L << 62, 1L << 62], [0, 0]))) + ".", "more than 9223372036854775807 bytes" },
        { Dict(("a", View("FloatStorage", "0", 2, 0, [long.MaxValue], [long.MaxValue]))) + ".", "more than 9223372036854775807 bytes" },
        { Dict(("a", View("FloatStorage", "0", 2, 0, [1L << 30, 1L << 30], [long.MaxValue, long.MaxValue]))) + ".", "outside its storage of 2 elements" },
        { Dict(("a", View("FloatStorage", "0", 2, 0, new long[65], new long[65]))) + ".", "a tensor with 65 shape; torch allows 64" },
    };

    [Theory]
    [MemberData(nameof(DamagedPickles))]
    public void A_damaged_pickle_is_refused_with_the_reason(string pickle, string reason) =>
        AssertRefused(TorchZip(pickle, Bytes(8)), reason);

    [Fact]
    public void Archives_that_torch_does_not_write_are_refused()
    {
        byte[] pickle = Encoding.Latin1.GetBytes($"{Dict(("a", OneView))}.");
        AssertRefused(Zip(CompressionLevel.NoCompression, ("archive/x", [1])), "0 files NAME/data.pkl");
        AssertRefused(Zip(CompressionLevel.NoCompression, ("a/data.pkl", pickle), ("b/data.pkl", pickle)), "2 files NAME/data.pkl");
        AssertRefused(Zip(CompressionLevel.NoCompression, ("a/data.pkl", pickle), ("a/data.pkl", pickle)), "two entries called a/data.pkl");
        AssertRefused(Zip(CompressionLevel.SmallestSize, ("a/data.pkl", pickle), ("a/data/0", new byte[8])), "a/data.pkl compressed");
        AssertRefused(Zip(CompressionLevel.NoCompression, ("a/data.pkl", pickle), ("a/byteorder", "big"u8.ToArray())), "another byte order");
        AssertRefused(Zip(CompressionLevel.NoCompression, ("a/data.pkl", new byte[(4 << 20) + 1])), "a data.pkl of 4194305 bytes, more than 4194304");
    }

    [Fact]
    public void A_bare_pickle_is_refused_as_such()
    {
        AssertRefused([0x80, 2, .. "cos\nsystem\n."u8], "is a bare pickle, as torch before 1.6 saved");
        AssertRefused([0x80, 2, 0, 0, 0, 0, 0, 0, .. "{}"u8], "says that its header has 640 bytes");
    }

    [Fact]
    public void A_torn_archive_is_refused()
    {
        byte[] file = TorchZip($"{Dict(("a", OneView))}.", Bytes(8));
        AssertRefused(file[..^1], "its end is missing");
        AssertRefused(file[..40], "its end is missing");
    }

    private List<string> Open(string path)
    {
        using Checkpoint checkpoint = Checkpoint.Open(path);
        return [.. checkpoint.Entries.Values.Select(entry => entry.ToString())];
    }

    private void AssertRefused(byte[] file, string reason)
    {
        InputException refusal = Assert.Throws<InputException>(() => Checkpoint.Open(_folder.Write("x.bin", file)));
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        Assert.StartsWith(_folder["x.bin"], refusal.Message, StringComparison.Ordinal);
    }

    private static string Read(ZipArchiveEntry entry)
    {
        using StreamReader reader = new(entry.Open(), Encoding.Latin1);
        return reader.ReadToEnd();
    }
}
