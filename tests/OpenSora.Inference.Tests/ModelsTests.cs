using OpenSora.Contracts;
using OpenSora.Contracts.Generation;
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
        string golden = Path.Combine(Repository.Golden, "checkpoints");
        File.Copy(Path.Combine(golden, "t5", "spiece.model"), Path.Combine(_folder, "spiece.model"));
        string config = File.ReadAllText(Path.Combine(golden, "t5", "config.json"));
        File.WriteAllText(Path.Combine(_folder, "config.json"), config.Replace("\"vocab_size\": 1408", $"\"vocab_size\": {rows}", StringComparison.Ordinal));
        using Models models = Models.Open(
            new ModelFolders { Dit = Path.Combine(golden, "dit"), T5 = _folder, Vae2d = golden, Vae3d = golden },
            new GenerationRequest { Prompts = ["a cat"] }, CPU, Precision.Float32);
        if (rows == 1300)
        {
            Assert.Equal(rows, models.Tokenizer.VocabularySize);
            return;
        }
        string message = Assert.Throws<InputException>(() => models.Tokenizer).Message;
        Assert.Contains(_folder, message);
        Assert.Contains("1300 tokens, the embedding has 1299 rows", message);
    }
}
