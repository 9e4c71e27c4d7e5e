using OpenSora.Contracts;
using OpenSora.Inference;
using OpenSora.Inference.Decoding;
using OpenSora.Inference.Decoding.Spatial;
using OpenSora.Inference.Text;
using OpenSora.Inference.Transformer;
using OpenSora.Inference.Weights;
using OpenSora.Inference.Weights.Safetensors;
using OpenSora.Layout.Decoding;
using OpenSora.Layout.Models;
using OpenSora.Torch;
using static TorchSharp.torch;

namespace OpenSora.Benchmarks.Checkpoints;

/// <summary>
/// Writes the four folders of a checkpoint in the public layouts, full-size or smaller, with seeded random weights. Weights
/// are drawn while they are written, so memory does not grow with the checkpoint.
/// </summary>
internal static class MakeCheckpoint
{
    /// <summary>T5-XXL comes in two shards of at most this.</summary>
    private const long TextShardBytes = 5L << 30;

    /// <param name="demo">The demo model: its vocabulary, and whatever is not to be full-size.</param>
    public static void Write(string folder, CheckpointSize size, string demo)
    {
        TorchEnvironment.Initialize(1);
        WriteText(Folder(folder, "t5"), size, demo);
        WriteTransformer(Folder(folder, "dit"), size, (int)T5EncoderConfig.Read(Path.Combine(folder, "t5")).DModel);
        if (size.VaeChannels > 0)
            WriteAutoencoders(Folder(folder, "vae2d", "vae"), Folder(folder, "vae3d"), size);
        else
            foreach (string part in new[] { "vae2d", "vae3d" })
                Copy(Path.Combine(demo, part), Path.Combine(folder, part));
    }

    private static void WriteText(string folder, CheckpointSize size, string demo)
    {
        if (size.TextLayers == 0)
        {
            Copy(Path.Combine(demo, "t5"), folder);
            return;
        }
        foreach (string file in new[] { "spiece.model", "tokenizer_config.json" })
            File.Copy(Path.Combine(demo, "t5", file), Path.Combine(folder, file), overwrite: true);
        Configure(folder, PublicConfigs.TextEncoder(size));
        ShapeList shapes = new(key => key != "encoder.embed_tokens.weight");
        using T5Encoder built = new(shapes, T5EncoderConfig.Read(folder));
        ShardWriter.WriteTorch(folder, "pytorch_model", Outgoing(shapes, size.Seed, ScalarType.BFloat16), TextShardBytes);
    }

    private static void WriteTransformer(string folder, CheckpointSize size, int captionChannels)
    {
        Configure(folder, PublicConfigs.Transformer(size, captionChannels));
        ShapeList shapes = new(key => key != "rope.freqs");
        using STDiT3 built = new(shapes, STDiT3Config.Read(folder), Precision.Float32);
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), Outgoing(shapes, size.Seed, ScalarType.Float32));
    }

    private static void WriteAutoencoders(string spatialFolder, string videoFolder, CheckpointSize size)
    {
        Configure(spatialFolder, PublicConfigs.SpatialVae(size.VaeChannels));
        SpatialVaeConfig spatial = SpatialVaeConfig.Read(spatialFolder);
        ShapeList perFrame = new();
        using SpatialVae vae = new(perFrame, spatial);
        SafetensorsWriter.Write(Path.Combine(spatialFolder, "diffusion_pytorch_model.safetensors"), Outgoing(perFrame, size.Seed, ScalarType.Float32));

        Configure(videoFolder, PublicConfigs.VideoVae(size.VaeChannels));
        ShapeList whole = new(key => key is not ("scale" or "shift"));
        using VideoAutoencoder video = new(whole, spatial, VideoAutoencoderConfig.Read(videoFolder), new AutoencoderUnits(), CPU, Precision.Float32);
        SafetensorsWriter.Write(Path.Combine(videoFolder, "model.safetensors"), Outgoing(whole, size.Seed, ScalarType.Float32));
    }

    private static OutgoingTensor[] Outgoing(ShapeList shapes, ulong seed, ScalarType type) =>
        [.. shapes.Shapes.Select(pair => RandomTensor.Outgoing(seed, pair.Key, type, pair.Value, Spread(pair.Key, pair.Value)))];

    /// <summary>Weights keep the size of what goes through them, norms begin as the identity, biases small.</summary>
    private static Spread Spread(string key, long[] shape) => shape switch
    {
        [_] when key.EndsWith("bias", StringComparison.Ordinal) => new Spread(0, 0.02),
        [_] => new Spread(1, 0.05),
        _ => new Spread(0, 1 / Math.Sqrt(shape[1..].Aggregate(1L, (product, size) => product * size))),
    };

    private static string Folder(params string[] parts) => Directory.CreateDirectory(Path.Combine(parts)).FullName;

    private static void Configure(string folder, string json) => File.WriteAllText(Path.Combine(folder, "config.json"), json + "\n");

    private static void Copy(string from, string to)
    {
        if (!Directory.Exists(from))
            throw new InputException($"{from} does not exist: the demo model is needed (models/demo of the repository)");
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
        }
    }
}
