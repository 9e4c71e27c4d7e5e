using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.Inference.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Card;

/// <summary>Latents from and to safetensors files.</summary>
internal static class LatentFiles
{
    /// <summary>The first tensor of a file, [n, 4, T, h, w] in float32.</summary>
    /// <exception cref="InputException">There is none of the clip's size.</exception>
    public static Tensor ReadNoise(string path, ClipGeometry clip)
    {
        if (!File.Exists(path))
            throw new InputException($"--latent-noise {path} does not exist: give a safetensors file");
        using Checkpoint file = Checkpoint.Open(path);
        WeightEntry entry = file.Entries.Values.FirstOrDefault() ?? throw new InputException($"--latent-noise {path} holds no tensor");
        long[] size = [4, clip.Latent.Frames, clip.Latent.Height, clip.Latent.Width];
        if (entry.Shape.Length != 5 || !entry.Shape[1..].SequenceEqual(size))
            throw new InputException($"--latent-noise {path}: {entry.Name} is [{string.Join(", ", entry.Shape)}], and this clip needs [n, {string.Join(", ", size)}]");
        using DisposeScope scope = NewDisposeScope();
        return file.Load(entry.Name).to(ScalarType.Float32).clone().DetachFromDisposeScope();
    }
}
