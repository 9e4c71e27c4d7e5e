using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.Inference;
using OpenSora.Inference.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Card;

/// <summary>Latents from safetensors files.</summary>
internal static class LatentFiles
{
    /// <summary>The first tensor of a file, [n, 4, T, h, w] in float32, in the current dispose scope.</summary>
    /// <param name="file">The bytes of the file.</param>
    /// <param name="videos">n</param>
    /// <exception cref="InputException">It is damaged, not finite, or there is none of the clip's size.</exception>
    public static Tensor ReadNoise(ReadOnlyMemory<byte> file, int videos, ClipGeometry clip)
    {
        string path = Path.Combine(Path.GetTempPath(), $"opensora-noise-{Guid.NewGuid():n}.safetensors");
        try
        {
            File.WriteAllBytes(path, file.Span);
            using Checkpoint checkpoint = Checkpoint.Open(path);
            WeightEntry entry = checkpoint.Entries.Values.FirstOrDefault() ?? throw new InputException("--latent-noise holds no tensor");
            long[] size = [videos, LatentSize.Channels, clip.Latent.Frames, clip.Latent.Height, clip.Latent.Width];
            if (!entry.Shape.SequenceEqual(size))
                throw new InputException($"--latent-noise: {entry.Name} is [{string.Join(", ", entry.Shape)}], and this clip needs [{string.Join(", ", size)}]");
            using DisposeScope scope = NewDisposeScope();
            Tensor noise = checkpoint.Load(entry.Name).to(ScalarType.Float32, copy: true);
            if (Finite.Missing(noise) is > 0 and int missing)
                throw new InputException($"--latent-noise: {missing} of {noise.numel()} numbers of {entry.Name} are NaN or infinite: give finite ones");
            return noise.MoveToOuterDisposeScope();
        }
        catch (InputException damaged)
        {
            // The file has another name for its user.
            throw new InputException(damaged.Message.Replace(path, "--latent-noise", StringComparison.Ordinal), damaged);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
