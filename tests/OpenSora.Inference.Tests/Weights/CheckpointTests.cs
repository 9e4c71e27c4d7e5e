using OpenSora.Contracts;
using OpenSora.Inference.Weights;
using OpenSora.Inference.Weights.Safetensors;
using OpenSora.TestKit;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Weights;

public sealed class CheckpointTests : IDisposable
{
    private static readonly OutgoingTensor[] Three =
    [
        Samples.Tensor("a", ScalarType.Float32, [4]), Samples.Tensor("b", ScalarType.Float16, [4], 1), Samples.Tensor("c", ScalarType.Byte, [4], 2),
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("dit", 89, "y_embedder.y_proj.fc1.weight [64, 32] Float32")]
    [InlineData("t5", 31, "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight [32, 4] Float32")]
    [InlineData("vae2d/vae", 180, "quant_conv.weight [8, 8, 1, 1] Float32")]
    [InlineData("vae3d", 329, "temporal_vae.encoder.conv_in.conv.weight [16, 4, 3, 3, 3] Float32")]
    public void The_golden_checkpoints_are_read(string name, int count, string expected)
    {
        using Checkpoint checkpoint = Checkpoint.Open(
            Path.Combine(Repository.Golden, "checkpoints", name), "model", "diffusion_pytorch_model", "pytorch_model");

        Assert.Equal(count, checkpoint.Entries.Count);
        Assert.Contains(expected, checkpoint.Entries.Values.Select(entry => entry.ToString()));
    }

    [Fact]
    public void The_first_candidate_that_is_there_is_taken()
    {
        foreach (string name in new[] { "second.bin", "second.safetensors", "third.safetensors" })
            SafetensorsWriter.Write(_folder[name], Three);

        using Checkpoint checkpoint = Checkpoint.Open(_folder.Path, "first", "second", "third");

        Assert.Equal(_folder["second.safetensors"], checkpoint.Path);
    }

    [Fact]
    public void A_folder_without_weights_is_refused_with_what_was_looked_for()
    {
        Assert.Equal(
            $"{_folder.Path} holds no weights: looked for model.safetensors, model.safetensors.index.json, model.bin, model.bin.index.json, "
                + "pytorch_model.safetensors, pytorch_model.safetensors.index.json, pytorch_model.bin, pytorch_model.bin.index.json",
            Refusal(() => Checkpoint.Open(_folder.Path, "model", "pytorch_model")));
        Assert.Contains("there is no folder org/name", Refusal(() => Checkpoint.Open("org/name", "model")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bin")]
    [InlineData("safetensors")]
    public void Shards_are_written_and_read_as_one(string extension)
    {
        Action<string, string, IReadOnlyList<OutgoingTensor>, long> write = extension == "bin" ? ShardWriter.WriteTorch : ShardWriter.WriteSafetensors;
        write(_folder.Path, "model", Three, 16);

        using Checkpoint checkpoint = Checkpoint.Open(_folder.Path, "model");

        Assert.Equal(
            [$"model-00001-of-00002.{extension}", $"model-00002-of-00002.{extension}", $"model.{extension}.index.json"],
            Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(Three.Select(tensor => tensor.Entry.ToString()), checkpoint.Entries.Values.Select(entry => entry.ToString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Shards_that_are_not_there_are_named()
    {
        ShardWriter.WriteSafetensors(_folder.Path, "model", Three, 4);
        File.Delete(_folder["model-00001-of-00003.safetensors"]);
        File.Delete(_folder["model-00003-of-00003.safetensors"]);

        Assert.Contains(
            "names 2 files that are not in its folder: model-00001-of-00003.safetensors, model-00003-of-00003.safetensors",
            Refusal(() => Checkpoint.Open(_folder.Path, "model")), StringComparison.Ordinal);
    }

    [Fact]
    public void Tensors_that_are_not_in_their_shard_are_named()
    {
        SafetensorsWriter.Write(_folder["s.safetensors"], Three);
        File.WriteAllText(_folder["model.safetensors.index.json"], """{"weight_map":{"a":"s.safetensors","x":"s.safetensors"}}""");

        Assert.Contains("names 1 tensors that are not in their files: x", Refusal(() => Checkpoint.Open(_folder.Path, "model")), StringComparison.Ordinal);
    }

    [Fact]
    public void What_shards_hold_beyond_the_index_is_not_hidden()
    {
        SafetensorsWriter.Write(_folder["s.safetensors"], Three);
        File.WriteAllText(_folder["model.safetensors.index.json"], """{"weight_map":{"a":"s.safetensors"}}""");

        using Checkpoint checkpoint = Checkpoint.Open(_folder.Path, "model");

        Assert.Equal(["a", "b", "c"], checkpoint.Entries.Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("""{"weight_map":{"a":"../s.safetensors"}}""", "names the shard ../s.safetensors, which is not a file name in the same folder")]
    [InlineData("""{"weight_map":{"a":"/etc/passwd"}}""", "names the shard /etc/passwd")]
    [InlineData("""{"weight_map":{"a":".."}}""", "names the shard ..")]
    [InlineData("""{"weight_map":{"a":"x\\y"}}""", "names the shard x\\y")]
    [InlineData("""{"weight_map":{"a":""}}""", "names the shard ,")]
    [InlineData("""{"weight_map":{"a":1}}""", "has Number where a needs String")]
    [InlineData("""{"weight_map":{"a":"s","a":"s"}}""", "names a twice")]
    [InlineData("""{"weight_map":{},"weight_map":{}}""", "has two weight_maps")]
    [InlineData("""{"metadata":{"total_size":1}}""", "has no weight_map")]
    [InlineData("""{"weight_map":{"a":"s"}""", "is not valid JSON")]
    [InlineData("""{"weight_map":{"\udc00":"s"}}""", "is not valid JSON")]
    [InlineData("", "is empty (0 bytes)")]
    public void A_damaged_index_is_refused_with_the_reason(string index, string reason)
    {
        File.WriteAllText(_folder["model.bin.index.json"], index);

        Assert.Contains(reason, Refusal(() => Checkpoint.Open(_folder.Path, "model")), StringComparison.Ordinal);
    }

    private static string Refusal(Action action) => Assert.Throws<InputException>(action).Message;
}
