using System.Runtime.InteropServices;
using OpenSora.Cluster.Gangs;
using OpenSora.Contracts.Clips;

namespace OpenSora.Cluster.Videos;

/// <summary>A latent as a picture: one pixel for each cell, colours by a linear map. Rough, and next to free.</summary>
internal static class LatentPreview
{
    private const int Channels = 4, Side = 2;

    /// <summary>
    /// The usual map of latents of Stable Diffusion's autoencoder, on which Open-Sora's is built, for models that bring none: of
    /// each channel what it adds to red, green and blue in -1 to 1, and what there is without any.
    /// </summary>
    private static readonly double[][] StableDiffusion =
        [[0.298, 0.207, 0.208], [0.187, 0.286, 0.173], [-0.158, 0.189, 0.264], [-0.184, -0.271, -0.473], [0, 0, 0]];

    /// <summary>The frame in the middle of the first sample.</summary>
    /// <param name="latent">[T, h, w] without padding.</param>
    /// <param name="map">[5, 3]: of each channel and of the constant, red, green and blue; null for the usual one.</param>
    public static RgbImage Of(Checkpoint checkpoint, LatentSize latent, IReadOnlyList<IReadOnlyList<double>>? map)
    {
        IReadOnlyList<IReadOnlyList<double>> rgb = map ?? StableDiffusion;
        ReadOnlySpan<float> cells = MemoryMarshal.Cast<byte, float>(checkpoint.Samples[0].Span); // [T, H' * W', 2, 2, 4]
        int columns = (latent.Width + Side - 1) / Side, rows = (latent.Height + Side - 1) / Side, patch = Side * Side * Channels;
        ReadOnlySpan<float> frame = cells.Slice(latent.Frames / 2 * rows * columns * patch, rows * columns * patch);
        byte[] pixels = new byte[3 * latent.Height * latent.Width];
        for (int y = 0; y < latent.Height; y++)
        {
            for (int x = 0; x < latent.Width; x++)
            {
                ReadOnlySpan<float> cell = frame.Slice((((y / Side * columns) + (x / Side)) * patch) + (((y % Side * Side) + (x % Side)) * Channels), Channels);
                for (int colour = 0; colour < 3; colour++)
                {
                    double value = rgb[Channels][colour];
                    for (int channel = 0; channel < Channels; channel++)
                        value += cell[channel] * rgb[channel][colour];
                    pixels[(3 * ((y * latent.Width) + x)) + colour] = (byte)Math.Clamp((value + 1) * 127.5, 0, 255);
                }
            }
        }
        return new RgbImage(latent.Width, latent.Height, pixels);
    }
}
