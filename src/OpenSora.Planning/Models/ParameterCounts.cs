using OpenSora.Layout.Models;
using OpenSora.Planning.Work;

namespace OpenSora.Planning.Models;

/// <summary>Numbers of weights of each network, from its hyper-parameters. Tests compare them with what the networks ask for.</summary>
public sealed record ParameterCounts(long Transformer, long Text, long Spatial, long Temporal)
{
    private const long TimestepFrequencies = 256;

    public static ParameterCounts Of(ModelShape model) => new(
        Of(model.Transformer),
        Of(model.Text),
        SpatialLayers.Encoder(model.Spatial).Concat(SpatialLayers.Decoder(model.Spatial, 1, 1)).Sum(layer => layer.Parameters),
        TemporalLayers.Encoder(model.Video.VaeTemporal).Concat(TemporalLayers.Decoder(model.Video.VaeTemporal, 1, 1)).Sum(layer => layer.Parameters));

    /// <summary>Both autoencoders.</summary>
    public long Autoencoder => Spatial + Temporal;

    /// <summary>All that lies in the files.</summary>
    public long All => Transformer + Text + Autoencoder;

    private static long Of(STDiT3Config config)
    {
        long c = config.HiddenSize, mlp = config.MlpSize, caption = config.CaptionChannels;
        long Linear(long from, long to) => from * to + to;
        long block = 6 * c + Linear(c, 3 * c) + Linear(c, c) + (config.QkNorm ? 2 * config.HeadSize : 0)
            + Linear(c, c) + Linear(c, 2 * c) + Linear(c, c) + Linear(c, mlp) + Linear(mlp, c);
        return Linear(config.PatchChannels, c)
            + 2 * (Linear(TimestepFrequencies, c) + Linear(c, c)) + Linear(c, 6 * c)
            + Linear(caption, c) + Linear(c, c) + config.ModelMaxLength * caption
            + 2 * config.Depth * block
            + 2 * c + Linear(c, 4 * config.OutChannels)
            + config.HeadSize / 2; // frequencies of the rotary embedding
    }

    private static long Of(T5EncoderConfig config) =>
        config.VocabSize * config.DModel + config.RelativeAttentionNumBuckets * config.NumHeads + config.DModel
        + config.NumLayers * (4 * config.DModel * config.Inner + 3 * config.DModel * config.DFf + 2 * config.DModel);
}
