using OpenSora.Inference.Text;
using OpenSora.Inference.Weights;
using OpenSora.Layout.Models;

namespace OpenSora.DemoModel.Stages;

/// <summary>
/// The folder of the text encoder. Its weights are random and stay so: with embeddings that outweigh what its blocks add, the
/// features of a token tell the token, which is all that the transformer's trained projection needs.
/// </summary>
internal static class TextFolder
{
    /// <summary>Writes vocabulary, configuration and weights below <paramref name="folder"/>; the same seed gives the same bytes.</summary>
    public static void Write(string folder, ulong seed)
    {
        File.WriteAllText(Path.Combine(folder, "config.json"), DemoConfigs.TextEncoder + "\n");
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), DemoConfigs.Tokenizer + "\n");
        WriteVocabulary(Path.Combine(folder, "spiece.model"));
        RandomParameters p = new(seed, Spread, key => key != "encoder.embed_tokens.weight");
        using T5Encoder model = new(p, T5EncoderConfig.Read(folder));
        long bytes = p.Outgoing.Sum(tensor => tensor.Entry.Bytes);
        ShardWriter.WriteTorch(folder, "pytorch_model", p.Outgoing, bytes / 2 + 1);
    }

    /// <summary>The kept one, which lies in this program: how it was made is told beside the demo model.</summary>
    private static void WriteVocabulary(string path)
    {
        using Stream kept = typeof(TextFolder).Assembly.GetManifestResourceStream("spiece.model")!;
        using FileStream file = File.Create(path);
        kept.CopyTo(file);
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
