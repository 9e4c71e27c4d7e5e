using OpenSora.Contracts;
using OpenSora.Inference.Weights;
using OpenSora.Layout.Models;
using OpenSora.Torch;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OpenSora.Inference.Text;

/// <summary>
/// The encoder of T5 v1.1 (Raffel et al., arXiv 1910.10683; gated GELU): token ids to embeddings. One prompt at a time,
/// so that a prompt's numbers do not depend on what it is encoded with. L is the number of tokens.
/// </summary>
public sealed class T5Encoder : nn.Module
{
    /// <summary>The names of the one embedding, of which a file may have any.</summary>
    private static readonly string[] EmbeddingKeys = ["shared.weight", "encoder.embed_tokens.weight", "decoder.embed_tokens.weight"];

    private const string HeadKey = "lm_head.weight";

    private readonly Parameter embedding;
    private readonly Parameter relative_attention_bias;
    private readonly ModuleList<T5Block> blocks = [];
    private readonly T5LayerNorm final_layer_norm;

    /// <param name="p">Keys of transformers' T5; the embedding under any of its names.</param>
    public T5Encoder(ParameterSource p, T5EncoderConfig config) : base(nameof(T5Encoder))
    {
        Config = config;
        string[] names = config.TieWordEmbeddings ? [.. EmbeddingKeys, HeadKey] : EmbeddingKeys;
        embedding = p.GetMatrix(names.FirstOrDefault(p.Has) ?? names[0], config.VocabSize, config.DModel);
        ParameterSource encoder = p["encoder"];
        relative_attention_bias = encoder.Get(
            "block.0.layer.0.SelfAttention.relative_attention_bias.weight", config.RelativeAttentionNumBuckets, config.NumHeads);
        for (int i = 0; i < config.NumLayers; i++)
            blocks.Add(new T5Block(encoder[$"block.{i}"], config));
        final_layer_norm = new T5LayerNorm(encoder["final_layer_norm"], config);
        RegisterComponents();
    }

    public T5EncoderConfig Config { get; }

    /// <summary>The weights of a folder, unread.</summary>
    /// <exception cref="InputException">They are missing or damaged.</exception>
    public static Checkpoint Weights(string folder) => Checkpoint.Open(folder, "model", "pytorch_model");

    /// <summary>
    /// The encoder of a checkpoint folder. Of its matrices one at a time is widened to what is computed in: held all wide, a T5-XXL
    /// would take 19 GB instead of 9.5, which lie over the mapped files where those have the type that is asked for. In float16 its activations overflow, so that is computed in float32; what a full
    /// T5 has beyond the encoder is left out.
    /// </summary>
    /// <param name="tell">Takes a line about tensors that are passed over; null for nobody.</param>
    /// <exception cref="InputException">A file is missing or damaged, or weights and configuration do not fit together.</exception>
    public static T5Encoder Load(string folder, Device device, Precision precision, Action<string>? tell = null)
    {
        Precision wide = precision.Compute == ScalarType.Float16 || precision.Model == ScalarType.Float16 ? Precision.Float32 : precision;
        using Checkpoint checkpoint = Weights(folder);
        CheckpointParameters p = new(checkpoint, device, wide) { KeepsMatricesNarrow = true };
        T5Encoder encoder = new(p, T5EncoderConfig.Read(folder));
        p.Finish(tell, [.. EmbeddingKeys, HeadKey, "decoder.*"]);
        return encoder;
    }

    /// <summary>The embeddings of a prompt.</summary>
    /// <param name="ids">[L] int64</param>
    /// <param name="mask">[L], 1 for tokens and 0 for padding, which is not attended to but gets an embedding too; null when there is no padding.</param>
    /// <param name="observe">Gets the hidden states before each block and the result, numbered from 0, to compare them; it does not own them.</param>
    /// <returns>[L, d_model] on the encoder's device, in its type.</returns>
    /// <exception cref="ArgumentException">The mask has another shape than the ids.</exception>
    public Tensor Encode(Tensor ids, Tensor? mask = null, Action<int, Tensor>? observe = null)
    {
        using DisposeScope scope = NewDisposeScope();
        if (mask is not null && !mask.shape.SequenceEqual(ids.shape))
            throw new ArgumentException($"a mask [{string.Join(", ", mask.shape)}] for ids [{string.Join(", ", ids.shape)}]", nameof(mask));
        Tensor hidden = embedding.index_select(0, ids.to(embedding.device)).to(relative_attention_bias.dtype); // [L, d_model]
        Tensor bias = PositionBias(ids.shape[0], mask); // [heads, L, L]
        for (int i = 0; i < blocks.Count; i++)
        {
            observe?.Invoke(i, hidden);
            Tensor next = blocks[i].forward(hidden, bias);
            hidden.Dispose();
            hidden = next;
        }
        Tensor result = final_layer_norm.forward(hidden);
        observe?.Invoke(blocks.Count, result);
        return result.MoveToOuterDisposeScope();
    }

    /// <summary>What all blocks add to their scores: the first block's bias for the relative position, and the mask.</summary>
    /// <returns>[heads, L, L]</returns>
    internal Tensor PositionBias(long length, Tensor? mask = null)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor buckets = T5RelativePositions.Buckets(length, Config.RelativeAttentionNumBuckets, Config.RelativeAttentionMaxDistance);
        Tensor bias = relative_attention_bias.index_select(0, buckets.flatten().to(embedding.device))
            .view(length, length, Config.NumHeads).permute(2, 0, 1); // [heads, L, L]
        if (mask is not null)
            bias = bias.Plus(mask.to(bias.dtype).to(bias.device).negative().Plus(1).Times(Lowest(bias.dtype)));
        return bias.contiguous().MoveToOuterDisposeScope();
    }

    private static double Lowest(ScalarType type) => type switch
    {
        ScalarType.Float64 => double.MinValue,
        ScalarType.BFloat16 => -3.3895313892515355e38,
        _ => float.MinValue,
    };
}
