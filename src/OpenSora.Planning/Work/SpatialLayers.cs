using OpenSora.Layout.Models;

namespace OpenSora.Planning.Work;

/// <summary>The layers of the per-frame autoencoder, as SpatialDecoder, DecoderLevel and MidBlock run them.</summary>
internal static class SpatialLayers
{
    private const long Taps = 9;

    /// <summary>On a processor: measured at four sizes with libtorch 1.13.1, whose convolutions reorder what they read and write.</summary>
    private const double Copies = 2.5;

    /// <summary>Scores of a block of BlockedAttention: more are never there at once.</summary>
    private const long MostScores = 1 << 22;

    /// <summary>From latents to pixels.</summary>
    /// <param name="frames">Frames at once.</param>
    /// <param name="positions">Cells of a latent frame.</param>
    /// <param name="inBands">Convolutions make their input a band of rows at a time.</param>
    public static IEnumerable<LayerCost> Decoder(SpatialVaeConfig config, long frames, long positions, bool inBands = false)
    {
        long[] channels = [.. config.BlockOutChannels.Reverse()];
        long at = frames * positions;
        yield return LayerCost.Convolution(config.LatentChannels, config.LatentChannels, 1, bias: true, at, Copies);
        yield return LayerCost.Convolution(config.LatentChannels, channels[0], Taps, bias: true, at, Copies);
        foreach (LayerCost layer in Middle(channels[0], frames, positions))
            yield return layer;
        for (int level = 0; level < channels.Length; level++)
        {
            long to = channels[level];
            for (int i = 0; i <= config.LayersPerBlock; i++)
            {
                long from = i == 0 ? channels[Math.Max(level - 1, 0)] : to;
                yield return Kept(LayerCost.Residual(from, to, Taps, bias: true, at, Copies), (from + 2 * to) * at);
            }
            if (level == channels.Length - 1)
                break;
            at *= 4; // nearest, then a convolution
            yield return Kept(LayerCost.Convolution(to, to, Taps, bias: true, at, Copies), (to / 4 + to) * at);
        }
        yield return Kept(LayerCost.NormConvolution(channels[^1], config.OutChannels, Taps, at, Copies), (channels[^1] + config.OutChannels) * at);

        LayerCost Kept(LayerCost layer, long kept) => inBands ? layer.InBands(kept) : layer;
    }

    /// <summary>From pixels to moments; only its weights are of interest here.</summary>
    public static IEnumerable<LayerCost> Encoder(SpatialVaeConfig config)
    {
        IReadOnlyList<long> channels = config.BlockOutChannels;
        yield return LayerCost.Convolution(config.InChannels, channels[0], Taps, bias: true, 0, Copies);
        for (int level = 0; level < channels.Count; level++)
        {
            for (int i = 0; i < config.LayersPerBlock; i++)
                yield return LayerCost.Residual(channels[i == 0 ? Math.Max(level - 1, 0) : level], channels[level], Taps, bias: true, 0, Copies);
            if (level < channels.Count - 1)
                yield return LayerCost.Convolution(channels[level], channels[level], Taps, bias: true, 0, Copies);
        }
        foreach (LayerCost layer in Middle(channels[^1], 0, 0))
            yield return layer;
        yield return LayerCost.NormConvolution(channels[^1], 2 * config.LatentChannels, Taps, 0, Copies);
        yield return LayerCost.Convolution(2 * config.LatentChannels, 2 * config.LatentChannels, 1, bias: true, 0, Copies);
    }

    /// <summary>Residual block, attention of one head in blocks of queries, residual block.</summary>
    private static IEnumerable<LayerCost> Middle(long channels, long frames, long positions)
    {
        yield return LayerCost.Residual(channels, channels, Taps, bias: true, frames * positions, Copies);
        double scores = (double)frames * positions * positions;
        long block = Math.Min(positions * positions, Math.Max(MostScores, positions));
        yield return new LayerCost(
            4 * channels * (channels + 1) + 2 * channels,
            frames * (8.0 * positions * channels * channels) + 4 * scores * channels,
            12.0 * frames * positions * channels + 4 * scores,
            (3 * frames + 5) * positions * channels + 3 * block, 0,
            frames * (8 + 6.0 * Math.Max(1, (double)positions * positions / MostScores)));
        yield return LayerCost.Residual(channels, channels, Taps, bias: true, frames * positions, Copies);
    }
}
