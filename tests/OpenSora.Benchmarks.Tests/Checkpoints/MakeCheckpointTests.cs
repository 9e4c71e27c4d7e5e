using System.Diagnostics;
using OpenSora.Benchmarks.Checkpoints;
using OpenSora.Contracts;
using OpenSora.Inference;
using OpenSora.Inference.Decoding;
using OpenSora.Inference.Text;
using OpenSora.Inference.Transformer;
using OpenSora.Layout.Decoding;
using OpenSora.TestKit;
using static TorchSharp.torch;

namespace OpenSora.Benchmarks.Tests.Checkpoints;

/// <summary>Small random checkpoints load as public ones do: all keys there, all shapes right, no key too many.</summary>
public sealed class MakeCheckpointTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("opensora-checkpoint-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>With the demo model's text encoder and autoencoders, and with small ones of the public proportions; by the program itself.</summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 4)]
    public async Task Its_folders_load(int textLayers, int vaeChannels)
    {
        string[] arguments = ["make-checkpoint", _folder, "--depth", "1", "--hidden", "32", "--heads", "2", "--text-layers", $"{textLayers}", "--text-hidden", "64", "--vae-channels", $"{vaeChannels}"];
        using Process program = Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "OpenSora.Benchmarks"), arguments) { RedirectStandardError = true })!;
        string said = await program.StandardError.ReadToEndAsync();
        await program.WaitForExitAsync();
        Assert.True(program.ExitCode == ExitCode.Done, said);
        using T5Encoder text = T5Encoder.Load(Path.Combine(_folder, "t5"), CPU, Precision.Float32);
        using STDiT3 transformer = STDiT3Checkpoint.Load(Path.Combine(_folder, "dit"), CPU, Precision.Float32);
        using VideoAutoencoder vae = VideoAutoencoderFiles.Load(
            Path.Combine(_folder, "vae2d"), Path.Combine(_folder, "vae3d"), new AutoencoderUnits(), CPU, Precision.Float32);
        Assert.Equal((1, 32, (int)text.Config.DModel), (transformer.Config.Depth, transformer.Config.HiddenSize, transformer.Config.CaptionChannels));
        if (textLayers > 0)
            Assert.Equal((64, 160, 1), (text.Config.DModel, text.Config.DFf, text.Config.NumLayers));
        if (vaeChannels > 0)
            Assert.Equal([4, 8, 16, 16, vae.Temporal.Config.Filters], [.. vae.Spatial.Config.BlockOutChannels, 4]);
    }

    [Theory]
    [InlineData("--text-hidden", "100", "multiple of 64")]
    [InlineData("--vae-channels", "96", "power of two")]
    public void A_size_that_no_network_has_is_refused(string flag, string value, string limit)
    {
        InputException refused = Assert.Throws<InputException>(() => CheckpointSize.Of(new Flags([flag, value])));
        Assert.Contains(value, refused.Message);
        Assert.Contains(limit, refused.Message);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_another_one_others()
    {
        byte[] Transformer(string name, ulong seed)
        {
            string folder = Path.Combine(_folder, name);
            MakeCheckpoint.Write(folder, new CheckpointSize(1, 32, 2, TextLayers: 0, VaeChannels: 0, Seed: seed), Path.Combine(Repository.Root, "models", "demo"));
            return File.ReadAllBytes(Path.Combine(folder, "dit", "model.safetensors"));
        }

        byte[] first = Transformer("a", 1);
        Assert.Equal(first, Transformer("b", 1));
        Assert.NotEqual(first, Transformer("c", 2));
    }
}
