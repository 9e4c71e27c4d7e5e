using System.Buffers.Binary;
using System.Text.Json;
using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Files;

namespace OpenSora.Cluster.Jobs;

/// <summary>The file of <c>--latent-noise</c>, as far as its header tells: a card reads the numbers.</summary>
internal static class NoiseFile
{
    private const int LengthBytes = 8, MostHeader = 100 << 20;

    /// <summary>Looks whether its first tensor is of the size that batches need.</summary>
    /// <param name="videos">How many a batch has; batches of several sizes cannot have one noise.</param>
    /// <exception cref="InputException">It is not there, damaged, or of another size.</exception>
    public static void Check(string path, IEnumerable<int> videos, LatentSize latent)
    {
        if (!File.Exists(path))
            throw new InputException($"--latent-noise {path} does not exist: give a safetensors file");
        UserFile.RequireLength($"--latent-noise {path}", path);
        (string name, long[] shape) = First(path);
        foreach (int together in videos)
            if (new long[] { together, LatentSize.Channels, latent.Frames, latent.Height, latent.Width } is var size && !shape.SequenceEqual(size))
                throw new InputException($"--latent-noise {path}: {name} is [{string.Join(", ", shape)}], and this clip needs [{string.Join(", ", size)}]");
    }

    private static (string Name, long[] Shape) First(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            byte[] length = new byte[LengthBytes];
            file.ReadExactly(length);
            long header = BinaryPrimitives.ReadInt64LittleEndian(length);
            if (header < 0 || header > Math.Min(MostHeader, file.Length - LengthBytes))
                throw new InvalidDataException($"a header of {header} bytes in a file of {file.Length}");
            byte[] json = new byte[header];
            file.ReadExactly(json);
            using JsonDocument tensors = JsonDocument.Parse(json);
            foreach (JsonProperty tensor in tensors.RootElement.EnumerateObject().Where(tensor => tensor.Name != "__metadata__"))
                return (tensor.Name, [.. tensor.Value.GetProperty("shape").EnumerateArray().Select(side => side.GetInt64())]);
            throw new InvalidDataException("it holds no tensor");
        }
        catch (Exception damage) when (damage is JsonException or IOException or InvalidDataException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new InputException($"--latent-noise {path} is no safetensors file that can be read ({damage.Message}): give an intact one", damage);
        }
    }
}
