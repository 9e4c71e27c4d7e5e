using OpenSora.Layout.Models;

namespace OpenSora.Planning.Work;

/// <summary>The layers of the autoencoder over time on one chunk, as TemporalDecoder runs them.</summary>
internal static class TemporalLayers
{
    private const long Taps = 27;

    /// <summary>On a processor: measured at four sizes with libtorch 1.13.1, whose 3D convolutions unfold a part of their input.</summary>
    private const double Copies = 14;

    /// <summary>From the latent frames of a chunk to its frames.</summary>
    /// <param name="latents">Latent frames of the chunk.</param>
    /// <param name="positions">Cells of a latent frame.</param>
    public static IEnumerable<LayerCost> Decoder(TemporalVaeConfig config, long latents, long positions)
    {
        long at = latents * positions, channels = config.Channels(config.Levels - 1);
        yield return LayerCost.Convolution(config.EmbedDim, config.LatentEmbedDim, 1, bias: true, at, Copies);
        yield return LayerCost.Convolution(config.LatentEmbedDim, channels, Taps, bias: true, at, Copies);
        for (int i = 0; i < config.NumResBlocks; i++)
            yield return LayerCost.Residual(channels, channels, Taps, bias: false, at, Copies);
        for (int level = config.Levels - 1; level >= 0; level--)
        {
            for (int i = 0; i < config.NumResBlocks; i++, channels = config.Channels(level))
                yield return LayerCost.Residual(channels, config.Channels(level), Taps, bias: false, at, Copies);
            if (level == 0 || !config.Downsamples(level - 1))
                continue;
            yield return LayerCost.Convolution(channels, 2 * channels, Taps, bias: true, at, Copies);
            at *= 2; // channels become frames
        }
        yield return LayerCost.NormConvolution(channels, config.InOutChannels, Taps, at, Copies);
    }

    /// <summary>From frames to moments; only its weights are of interest here.</summary>
    public static IEnumerable<LayerCost> Encoder(TemporalVaeConfig config)
    {
        long channels = config.Filters;
        yield return LayerCost.Convolution(config.InOutChannels, channels, Taps, bias: false, 0, Copies);
        for (int level = 0; level < config.Levels; level++)
        {
            for (int i = 0; i < config.NumResBlocks; i++, channels = config.Channels(level))
                yield return LayerCost.Residual(channels, config.Channels(level), Taps, bias: false, 0, Copies);
            if (config.Downsamples(level))
                yield return LayerCost.Convolution(channels, channels, Taps, bias: true, 0, Copies);
        }
        for (int i = 0; i < config.NumResBlocks; i++)
            yield return LayerCost.Residual(channels, channels, Taps, bias: false, 0, Copies);
        yield return LayerCost.NormConvolution(channels, 2 * config.LatentEmbedDim, 1, 0, Copies);
        yield return LayerCost.Convolution(2 * config.LatentEmbedDim, 2 * config.EmbedDim, 1, bias: true, 0, Copies);
    }
}
