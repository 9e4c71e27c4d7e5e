using OpenSora.Contracts;

namespace OpenSora.Layout.Models;

/// <summary>Hyper-parameters of a T5 v1.1 encoder: the part of transformers' T5 <c>config.json</c> that shapes the network.</summary>
public sealed record T5EncoderConfig
{
    /// <summary>Channels of a token. XXL: 4096.</summary>
    public required long DModel { get; init; }

    /// <summary>Channels of an attention head; need not be d_model / num_heads. XXL: 64.</summary>
    public required long DKv { get; init; }

    /// <summary>Attention heads. XXL: 64.</summary>
    public required int NumHeads { get; init; }

    /// <summary>Blocks. XXL: 24.</summary>
    public required int NumLayers { get; init; }

    /// <summary>Channels within a feed-forward layer. XXL: 10240.</summary>
    public required long DFf { get; init; }

    /// <summary>Rows of the embedding; more than the tokenizer has tokens. XXL: 32128.</summary>
    public required long VocabSize { get; init; }

    /// <summary>Buckets of relative positions, half of them for keys after the query. Default: 32.</summary>
    public int RelativeAttentionNumBuckets { get; init; } = 32;

    /// <summary>Distance from which on all positions share the last bucket. Default: 128.</summary>
    public int RelativeAttentionMaxDistance { get; init; } = 128;

    /// <summary>Added to the mean square in the norms. Default: 1e-6.</summary>
    public double LayerNormEpsilon { get; init; } = 1e-6;

    /// <summary>Kind of the feed-forward layer. T5 v1.1: gated-gelu.</summary>
    public string FeedForwardProj { get; init; } = "relu";

    /// <summary>Whether the head of the whole T5 has the numbers of the embedding. T5 v1.1: false. Default: true.</summary>
    public bool TieWordEmbeddings { get; init; } = true;

    /// <summary>Channels of all heads together.</summary>
    public long Inner => NumHeads * DKv;

    /// <summary>Reads <c>config.json</c> in <paramref name="folder"/>.</summary>
    /// <exception cref="InputException">It is missing, no JSON, or describes another kind of network.</exception>
    public static T5EncoderConfig Read(string folder)
    {
        T5EncoderConfig config = ConfigFile.Read<T5EncoderConfig>(folder);
        config.Validate(ConfigFile.PathOf(folder));
        return config;
    }

    private void Validate(string file)
    {
        foreach ((string name, long value) in new[] { ("d_model", DModel), ("d_kv", DKv), ("num_heads", NumHeads), ("num_layers", NumLayers), ("d_ff", DFf), ("vocab_size", VocabSize) })
            ConfigFile.Require(value > 0, file, $"{name} {value} must be positive");
        ConfigFile.Require(FeedForwardProj == "gated-gelu", file, $"feed_forward_proj '{FeedForwardProj}' is not supported: the text encoder is a T5 v1.1, which has gated-gelu");
        ConfigFile.Require(RelativeAttentionNumBuckets >= 4 && RelativeAttentionNumBuckets % 4 == 0, file, $"relative_attention_num_buckets {RelativeAttentionNumBuckets} must be a positive multiple of 4");
        ConfigFile.Require(RelativeAttentionMaxDistance > RelativeAttentionNumBuckets / 4, file, $"relative_attention_max_distance {RelativeAttentionMaxDistance} must be more than a quarter of the {RelativeAttentionNumBuckets} buckets");
    }
}
