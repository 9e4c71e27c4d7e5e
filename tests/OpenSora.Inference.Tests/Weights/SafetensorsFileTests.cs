using OpenSora.Contracts;
using OpenSora.Inference.Weights;
using OpenSora.Inference.Weights.Safetensors;
using OpenSora.TestKit;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Weights;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Entries_come_back_in_every_type_and_shape()
    {
        OutgoingTensor[] tensors =
        [
            Samples.Tensor("f64", ScalarType.Float64, [2]), Samples.Tensor("f32", ScalarType.Float32, [2, 3]),
            Samples.Tensor("f16", ScalarType.Float16, [3]), Samples.Tensor("bf16", ScalarType.BFloat16, [1, 1, 5]),
            Samples.Tensor("i64", ScalarType.Int64, []), Samples.Tensor("i32", ScalarType.Int32, [0, 7]),
            Samples.Tensor("i16", ScalarType.Int16, [4]), Samples.Tensor("i8", ScalarType.Int8, [3]),
            Samples.Tensor("u8", ScalarType.Byte, [9]), Samples.Tensor("名前 \"quoted\"\n", ScalarType.Bool, [1]),
        ];
        SafetensorsWriter.Write(_folder["x.safetensors"], tensors);

        using Checkpoint checkpoint = Checkpoint.Open(_folder["x.safetensors"]);

        Assert.Equal(
            tensors.Select(tensor => tensor.Entry.ToString()).Order(),
            checkpoint.Entries.Values.Select(entry => entry.ToString()).Order());
    }

    /// <summary>As safetensors' own save_model writes a tensor that a model has under several names.</summary>
    [Fact]
    public void Names_that_the_metadata_gives_to_a_tensor_are_read_too()
    {
        File.WriteAllBytes(_folder["x.safetensors"], Samples.Safetensors(
            """{"__metadata__":{"format":"pt","shared.weight":"decoder.weight","kept":"decoder.weight","lost":"nothing"},"decoder.weight":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"kept":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}""", 3));
        using Checkpoint checkpoint = Checkpoint.Open(_folder["x.safetensors"]);
        Assert.Equal(["decoder.weight [2] Byte", "kept [1] Byte", "shared.weight [2] Byte"], checkpoint.Entries.Values.Select(entry => $"{entry}").Order(StringComparer.Ordinal));
        using Tensor alias = checkpoint.Load("shared.weight");
        Assert.Equal<byte>([0, 1], alias.data<byte>().ToArray());
    }

    [Fact]
    public void A_written_file_is_laid_out_as_the_format_says()
    {
        SafetensorsWriter.Write(_folder["x.safetensors"], [Samples.Tensor("b", ScalarType.Int16, [2], seed: 7), Samples.Tensor("a", ScalarType.Byte, [1])]);

        byte[] file = File.ReadAllBytes(_folder["x.safetensors"]);

        int header = (int)BitConverter.ToInt64(file);
        Assert.Equal(0, header % 8);
        Assert.Equal(
            """{"__metadata__":{"format":"pt"},"b":{"dtype":"I16","shape":[2],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[1],"data_offsets":[4,5]}}""",
            System.Text.Encoding.UTF8.GetString(file, 8, header).TrimEnd(' '));
        Assert.Equal<byte>([7, 8, 9, 10, 0], file[(8 + header)..]);
    }

    [Fact]
    public void A_file_that_cannot_be_written_completely_leaves_nothing()
    {
        OutgoingTensor broken = Samples.Tensor("a", ScalarType.Float32, [2]) with { Write = stream => stream.WriteByte(1) };

        Assert.Throws<InvalidOperationException>(() => SafetensorsWriter.Write(_folder["x.safetensors"], [broken]));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(_folder["x.safetensors"], [broken, broken]));

        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, null)]
    [InlineData("""{"a":{"data_offsets":[0,8],"note":{"x":[1]},"shape":[2],"dtype":"F32"}}   """, 8, null)]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 9, "has 9 bytes of data where its tensors need 8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 7, "a at bytes 0 to 8 of 7 bytes of data")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "a at bytes 8 to 0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "a [3] Float32 of 12 bytes in 8 bytes")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[3,7]}}""", 7, "b at byte 3 of the data, inside the tensor before it")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[5,9]}}""", 9, "a gap of 1 bytes before b")]
    [InlineData("""{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}""", 1, "shape of a that is not a whole number")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1.5],"data_offsets":[0,1]}}""", 1, "shape of a that is not a whole number")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,9223372036854775808]}}""", 1, "data_offsets of a that is not a whole number")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,1]}}""", 1, "more than 9223372036854775807 bytes")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}}""", 1, "more than 2 numbers in data_offsets of a")]
    [InlineData("""{"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}""", 1, "a of type F8_E4M3; read are F64, F32, F16, BF16")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1]}}""", 1, "a without a dtype, a shape or two data_offsets")]
    [InlineData("""{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1, "dtype of a twice")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1, "declares a twice")]
    [InlineData("""{"__metadata__":{"x":1},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1, "Number where __metadata__ x needs String")]
    [InlineData("""{"__metadata__":{"x":"1","x":"2"}}""", 0, "__metadata__ x twice")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}} x""", 1, "not valid JSON")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],""", 1, "not valid JSON")]
    [InlineData("""{"\ud800":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1, "not valid JSON")]
    [InlineData("[]", 0, "StartArray where the header needs StartObject")]
    public void A_header_is_read_or_refused_with_the_reason(string header, int dataBytes, string? reason)
    {
        string path = _folder.Write("x.safetensors", Samples.Safetensors(header, dataBytes));

        if (reason is null)
            Assert.Equal("a [2] Float32", Open(path));
        else
            AssertRefused(path, reason);
    }

    [Theory]
    [InlineData(long.MaxValue, "has 9223372036854775807 bytes, but only 3 follow")]
    [InlineData(-1, "has 18446744073709551615 bytes, but only 3 follow")]
    [InlineData(4, "has 4 bytes, but only 3 follow")]
    [InlineData(0, "not valid JSON")]
    public void An_absurd_header_length_is_refused(long length, string reason) =>
        AssertRefused(_folder.Write("x.safetensors", Samples.Safetensors("{}", 1, length)), reason);

    [Fact]
    public void A_header_beyond_the_limit_of_the_format_is_refused()
    {
        using (FileStream stream = File.Create(_folder["x.safetensors"]))
        {
            stream.Write(BitConverter.GetBytes(100_000_001L));
            stream.SetLength(200_000_000); // sparse
        }

        AssertRefused(_folder["x.safetensors"], "more than the format's limit of 100000000");
    }

    [Theory]
    [InlineData(0, "is empty (0 bytes)")]
    [InlineData(7, "has 7 bytes, a safetensors file has at least 8")]
    public void A_file_without_room_for_a_header_is_refused(int bytes, string reason) =>
        AssertRefused(_folder.Write("x.safetensors", new byte[bytes]), reason);

    private static string Open(string path)
    {
        using Checkpoint checkpoint = Checkpoint.Open(path);
        return Assert.Single(checkpoint.Entries.Values).ToString();
    }

    private static void AssertRefused(string path, string reason)
    {
        InputException refusal = Assert.Throws<InputException>(() => Checkpoint.Open(path));
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        Assert.StartsWith(path, refusal.Message, StringComparison.Ordinal);
    }
}
