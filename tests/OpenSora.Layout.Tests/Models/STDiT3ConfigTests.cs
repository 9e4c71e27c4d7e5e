using OpenSora.Contracts;
using OpenSora.Layout.Models;
using OpenSora.TestKit;

namespace OpenSora.Layout.Tests.Models;

public sealed class STDiT3ConfigTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_checkpoints_settings_are_read()
    {
        STDiT3Config config = STDiT3Config.Read(Path.Combine(Repository.Golden, "checkpoints", "dit"));
        Assert.Equal((64, 4, 2, 32, 32), (config.HiddenSize, config.NumHeads, config.Depth, config.CaptionChannels, config.ModelMaxLength));
        Assert.Equal((16, 256, 8, 16), (config.HeadSize, config.MlpSize, config.OutChannels, config.PatchChannels));
    }

    [Fact]
    public void Every_key_is_optional()
    {
        STDiT3Config config = Read("{}");
        Assert.Equal((1152, 16, 28, 4096, 300), (config.HiddenSize, config.NumHeads, config.Depth, config.CaptionChannels, config.ModelMaxLength));
        Assert.True(config is { QkNorm: true, PredSigma: true, InChannels: 4, InputSqSize: 512, MlpRatio: 4 });
    }

    [Theory]
    [InlineData("""{"hidden_size": 100, "num_heads": 16}""", "hidden_size 100 is not a multiple of num_heads 16")]
    [InlineData("""{"hidden_size": 9, "num_heads": 3}""", "hidden_size 9 / num_heads 3 = 3 is odd")]
    [InlineData("""{"hidden_size": 10, "num_heads": 5}""", "hidden_size 10 is not a multiple of 4")]
    [InlineData("""{"depth": 0}""", "depth is 0, must be at least 1")]
    [InlineData("""{"mlp_ratio": 0}""", "mlp_ratio 0 leaves no hidden layer for hidden_size 1152")]
    [InlineData("""{"patch_size": [1, 4, 4]}""", "patch_size is [1, 4, 4], only [1, 2, 2]")]
    [InlineData("""{"skip_y_embedder": true}""", "skip_y_embedder is true")]
    [InlineData("""{"depth": "many"}""", "is not a configuration of STDiT3")]
    [InlineData("null", "is not a configuration of STDiT3")]
    [InlineData("{", "is not a configuration of STDiT3")]
    public void What_cannot_be_computed_is_refused_with_the_numbers(string json, string message) =>
        Assert.Contains(message, Assert.Throws<InputException>(() => Read(json)).Message);

    [Fact]
    public void A_missing_file_is_named() =>
        Assert.Contains(
            Path.Combine(_folder.Path, "none", "config.json"),
            Assert.Throws<InputException>(() => STDiT3Config.Read(Path.Combine(_folder.Path, "none"))).Message);

    private STDiT3Config Read(string json)
    {
        File.WriteAllText(Path.Combine(_folder.Path, "config.json"), json);
        return STDiT3Config.Read(_folder.Path);
    }
}
