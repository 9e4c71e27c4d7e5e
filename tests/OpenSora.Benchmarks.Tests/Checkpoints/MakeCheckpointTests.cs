using OpenSora.Benchmarks.Checkpoints;
using OpenSora.Inference;
using OpenSora.Inference.Decoding;
using OpenSora.Inference.Text;
using OpenSora.Inference.Transformer;
using OpenSora.TestKit;
using static TorchSharp.torch;

namespace OpenSora.Benchmarks.Tests.Checkpoints;

/// <summary>Small random checkpoints load as public ones do: all keys there, all shapes right, no key too many.</summary>
public sealed class MakeCheckpointTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("opensora-checkpoint-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Its_folders_load()
    {
        MakeCheckpoint.Write(_folder, new CheckpointSize(Depth: 1, Hidden: 32, Heads: 2, TextLayers: 0, FullVae: false), Path.Combine(Repository.Root, "models", "demo"));
        using T5Encoder text = T5Encoder.Load(Path.Combine(_folder, "t5"), CPU, Precision.Float32);
        using STDiT3 transformer = STDiT3Checkpoint.Load(Path.Combine(_folder, "dit"), CPU, Precision.Float32);
        using VideoAutoencoder vae = VideoAutoencoderFiles.Load(
            Path.Combine(_folder, "vae2d"), Path.Combine(_folder, "vae3d"), new AutoencoderUnits(), CPU, Precision.Float32);
        Assert.Equal((1, 32, (int)text.Config.DModel), (transformer.Config.Depth, transformer.Config.HiddenSize, transformer.Config.CaptionChannels));
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_another_one_others()
    {
        byte[] Transformer(string name, ulong seed)
        {
            string folder = Path.Combine(_folder, name);
            MakeCheckpoint.Write(folder, new CheckpointSize(1, 32, 2, TextLayers: 0, FullVae: false, seed), Path.Combine(Repository.Root, "models", "demo"));
            return File.ReadAllBytes(Path.Combine(folder, "dit", "model.safetensors"));
        }

        byte[] first = Transformer("a", 1);
        Assert.Equal(first, Transformer("b", 1));
        Assert.NotEqual(first, Transformer("c", 2));
    }
}
