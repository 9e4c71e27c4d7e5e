using OpenSora.DemoModel.Stages;
using OpenSora.Inference;
using OpenSora.Inference.Decoding;
using OpenSora.Inference.Decoding.Spatial;
using OpenSora.Inference.Transformer;
using OpenSora.Inference.Weights;
using OpenSora.Inference.Weights.Safetensors;
using OpenSora.Layout.Decoding;
using OpenSora.Layout.Models;
using OpenSora.Torch;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OpenSora.DemoModel;

/// <summary>The four folders of a model with seeded random weights, in the layouts of the public checkpoints.</summary>
internal static class RandomModel
{
    private const string Notice = "the demo model's weights are seeded random numbers: the video is noise and shows no prompt; --ckpt-path-* take real checkpoints";

    /// <summary>Writes dit, t5, vae2d and vae3d below <paramref name="folder"/>. The same seed gives the same bytes.</summary>
    public static void Write(string folder, ulong seed)
    {
        WriteTransformer(Make(folder, "dit"), seed);
        TextFolder.Write(Make(folder, "t5"), seed);
        WriteSpatialVae(Make(folder, Path.Combine("vae2d", "vae")), seed);
        WriteVideoVae(Make(folder, "vae3d"), Path.Combine(folder, "vae2d", "vae"), seed);
        File.WriteAllText(Path.Combine(folder, "NOTICE"), Notice + "\n");
    }

    private static string Make(string folder, string part) => Directory.CreateDirectory(Path.Combine(folder, part)).FullName;

    private static void WriteTransformer(string folder, ulong seed)
    {
        Configure(folder, DemoConfigs.Transformer);
        RandomParameters p = new(seed, Spread, key => key != "rope.freqs");
        using STDiT3 model = new(p, STDiT3Config.Read(folder), Precision.Float32);
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), p.Outgoing);
    }

    private static void WriteSpatialVae(string folder, ulong seed)
    {
        Configure(folder, DemoConfigs.SpatialVae);
        RandomParameters p = new(seed + 1, Spread);
        using SpatialVae model = new(p, SpatialVaeConfig.Read(folder));
        Smooth(p);
        SafetensorsWriter.Write(Path.Combine(folder, "diffusion_pytorch_model.safetensors"), p.Outgoing);
    }

    private static void WriteVideoVae(string folder, string spatialFolder, ulong seed)
    {
        Configure(folder, DemoConfigs.VideoVae([3.85, 2.32, 2.33, 3.06], [-0.1, 0.34, 0.27, 0.98]));
        RandomParameters p = new(seed, Spread, key => key is not ("scale" or "shift"));
        using VideoAutoencoder model = new(
            p, SpatialVaeConfig.Read(spatialFolder), VideoAutoencoderConfig.Read(folder), new AutoencoderUnits(), CPU, Precision.Float32);
        Smooth(p);
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), p.Outgoing);
    }

    private static void Configure(string folder, string json) => File.WriteAllText(Path.Combine(folder, "config.json"), json + "\n");

    /// <summary>Weights keep the size of what goes through them, norms begin as the identity, biases small.</summary>
    private static Spread Spread(string key, long[] shape) => shape switch
    {
        [_] when key.EndsWith("bias", StringComparison.Ordinal) => new Spread(0, 0.02),
        [_] => new Spread(1, 0.05),
        _ => new Spread(0, 1 / Math.Sqrt(shape[1..].Aggregate(1L, (product, size) => product * size))),
    };

    /// <summary>
    /// Lets the 2D decoder's convolutions pass no edges: each 3×3 kernel becomes its middle, spread as a blur. Colours that
    /// change from pixel to pixel, which random kernels make, are what no video format stores well.
    /// </summary>
    private static void Smooth(RandomParameters p)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor line = tensor(new float[] { 0.25f, 0.5f, 0.25f }), blur = line.unsqueeze(1) * line.unsqueeze(0);
        foreach ((string key, Parameter weight) in p.Made)
            if (weight.shape is [_, _, 3, 3] && key.Contains("decoder.", StringComparison.Ordinal))
                weight.copy_((weight.narrow(2, 1, 1).narrow(3, 1, 1).clone().Times(3) * blur).Times(key.EndsWith("conv_out.weight", StringComparison.Ordinal) ? 0.2 : 1));
    }
}
