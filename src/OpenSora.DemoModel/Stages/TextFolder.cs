using OpenSora.DemoModel.Clips;
using OpenSora.Inference.Text;
using OpenSora.Inference.Weights;
using SentencePiece;

namespace OpenSora.DemoModel.Stages;

/// <summary>
/// The folder of the text encoder. Its weights are random and stay so: with embeddings that outweigh what its blocks add, the
/// features of a token tell the token, which is all that the transformer's trained projection needs.
/// </summary>
internal static class TextFolder
{
    /// <summary>Fewer pieces than rows of the embedding, with room for T5's 100 extra ids.</summary>
    private const int Pieces = 400;

    /// <summary>Writes vocabulary, configuration and weights below <paramref name="folder"/>; the same seed gives the same bytes.</summary>
    public static void Write(string folder, ulong seed)
    {
        File.WriteAllText(Path.Combine(folder, "config.json"), DemoConfigs.TextEncoder + "\n");
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), DemoConfigs.Tokenizer + "\n");
        File.WriteAllBytes(Path.Combine(folder, "spiece.model"), SentencePieceTrainer.Train(
            Corpus.Sentences().Concat(Captions.All()),
            new Dictionary<string, string>
            {
                ["model_type"] = "unigram",
                ["vocab_size"] = $"{Pieces}",
                ["hard_vocab_limit"] = "false",
                ["character_coverage"] = "1.0",
                ["pad_id"] = "0",
                ["eos_id"] = "1",
                ["unk_id"] = "2",
                ["bos_id"] = "-1",
            }));
        RandomParameters p = new(seed, Spread, key => key != "encoder.embed_tokens.weight");
        using T5Encoder model = new(p, T5EncoderConfig.Read(folder));
        long bytes = p.Outgoing.Sum(tensor => tensor.Entry.Bytes);
        ShardWriter.WriteTorch(folder, "pytorch_model", p.Outgoing, bytes / 2 + 1);
    }

    private static Spread Spread(string key, long[] shape)
    {
        Spread usual = Starts.Spread(key, shape);
        return key switch
        {
            "shared.weight" => new Spread(0, 1),
            _ when key.EndsWith(".o.weight", StringComparison.Ordinal) || key.EndsWith(".wo.weight", StringComparison.Ordinal) => usual with { Deviation = usual.Deviation * 0.3 },
            // T5 does not scale its scores; small queries do.
            _ when key.EndsWith(".q.weight", StringComparison.Ordinal) => usual with { Deviation = usual.Deviation * 0.25 },
            _ => usual,
        };
    }
}
