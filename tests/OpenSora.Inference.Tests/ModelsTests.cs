using OpenSora.Contracts;
using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Generation;
using OpenSora.Layout.Units;
using OpenSora.TestKit;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests;

public sealed class ModelsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("opensora-models-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>The golden vocabulary has 1200 pieces and 100 extra ids.</summary>
    [Theory]
    [InlineData(1299)]
    [InlineData(1300)]
    public void A_vocabulary_larger_than_the_embedding_is_refused(int rows)
    {
        string golden = CopyText();
        string config = File.ReadAllText(Path.Combine(golden, "t5", "config.json"));
        File.WriteAllText(Path.Combine(_folder, "config.json"), config.Replace("\"vocab_size\": 1408", $"\"vocab_size\": {rows}", StringComparison.Ordinal));
        using Models models = Open(golden);
        if (rows == 1300)
        {
            Assert.Equal(rows, models.Tokenizer.VocabularySize);
            return;
        }
        string message = Assert.Throws<InputException>(() => models.Tokenizer).Message;
        Assert.Contains(_folder, message);
        Assert.Contains("1300 tokens, the embedding has 1299 rows", message);
    }

    /// <summary>Before any network is loaded, whichever file it is.</summary>
    [Fact]
    public void A_shard_that_is_too_short_is_found_at_once()
    {
        string golden = CopyText(), shard = Path.Combine(_folder, "pytorch_model-00002-of-00002.bin");
        File.WriteAllBytes(shard, File.ReadAllBytes(shard)[..^100]);
        Assert.Contains(shard, Assert.Throws<InputException>(() => Open(golden)).Message);
    }

    /// <summary>One bit of a weight is in no header; a copy elsewhere is the same files.</summary>
    [Fact]
    public void A_digest_names_the_contents()
    {
        string golden = CopyText(), shard = Path.Combine(_folder, "pytorch_model-00002-of-00002.bin");
        using Models models = Open(golden);
        string fingerprint = models.Fingerprint([Network.Text]);
        WeightsDigest before = models.Digest(Network.Text);
        byte[] bytes = File.ReadAllBytes(shard);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(shard, bytes);
        File.SetLastWriteTimeUtc(shard, DateTime.UtcNow.AddSeconds(1));
        Assert.NotEqual(before, models.Digest(Network.Text));
        Assert.Equal(fingerprint, models.Fingerprint([Network.Text]));
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(shard, bytes);
        File.SetLastWriteTimeUtc(shard, DateTime.UtcNow.AddSeconds(2));
        Assert.Equal(before, models.Digest(Network.Text));
    }

    /// <returns>The folder of the others.</returns>
    private string CopyText()
    {
        string golden = Path.Combine(Repository.Golden, "checkpoints");
        foreach (string file in Directory.EnumerateFiles(Path.Combine(golden, "t5")).Where(file => !file.EndsWith("tokenizer_config.json", StringComparison.Ordinal) && !file.EndsWith("special_tokens_map.json", StringComparison.Ordinal)))
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        return golden;
    }

    private Models Open(string golden) => Models.Open(
        ModelFolders.In(golden) with { T5 = _folder }, new GenerationRequest { Prompts = ["a cat"] }, CPU, Precision.Float32, UnitSize.Processor);
}
