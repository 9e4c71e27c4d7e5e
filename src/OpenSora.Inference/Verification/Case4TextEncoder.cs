using System.Globalization;
using OpenSora.Inference.Text;
using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Verification;

/// <summary>
/// Case 4: the text encoder, each prompt of a batch by itself, padded rows included; in another file the buckets of relative
/// positions (<c>buckets</c>) and what they add to the scores (<c>position_bias</c>).
/// </summary>
public static class Case4TextEncoder
{
    private const double Tolerance = 2e-5;

    public static IEnumerable<GoldenResult> Run(GoldenContext context)
    {
        using Loaded<T5Encoder> encoder = new(() => T5Encoder.Load(context.Checkpoint("t5"), context.Device, context.Precision));
        foreach (GoldenResult row in GoldenFiles.Compare(context, "case4_t5", "*.safetensors", file => Compare(context, encoder.Value, file)))
            yield return row;
    }

    private static GoldenResult Compare(GoldenContext context, T5Encoder encoder, string file)
    {
        using DisposeScope scope = NewDisposeScope();
        using GoldenTensors golden = new(file);
        ErrorOf error = new();
        if (golden.Has("input_ids"))
            ComparePrompts(encoder, golden, error);
        else
            ComparePositions(encoder, golden, error);
        return error.Result(GoldenFiles.Name(context, file), Tolerance);
    }

    /// <summary>input_ids and attention_mask [n, L] to last_hidden_state and hidden_i, [n, L, d_model].</summary>
    private static void ComparePrompts(T5Encoder encoder, GoldenTensors golden, ErrorOf error)
    {
        Tensor ids = golden["input_ids"];
        Tensor? mask = golden.Has("attention_mask") ? golden["attention_mask"] : null;
        for (long prompt = 0; prompt < ids.shape[0]; prompt++)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor hidden = encoder.Encode(ids[prompt], mask?[prompt], (i, state) => Compare($"hidden_{i}", state));
            Compare("last_hidden_state", hidden);

            void Compare(string name, Tensor state)
            {
                if (golden.Has(name))
                    error.Add(string.Create(CultureInfo.InvariantCulture, $"{name}[{prompt}]"), state, golden[name][prompt]);
            }
        }
    }

    /// <summary>Rows 0, n/2 and n-1 of the n × n grid of buckets, [3, n], exactly; position_bias [1, heads, L, L].</summary>
    private static void ComparePositions(T5Encoder encoder, GoldenTensors golden, ErrorOf error)
    {
        if (golden.Has("buckets"))
        {
            Tensor expected = golden["buckets"];
            long length = expected.shape[1];
            Tensor grid = T5RelativePositions.Buckets(length, encoder.Config.RelativeAttentionNumBuckets, encoder.Config.RelativeAttentionMaxDistance);
            Tensor rows = stack([grid[0], grid[length / 2], grid[length - 1]], 0);
            bool same = rows.shape.SequenceEqual(expected.shape) && rows.ne(expected).any().Value() == 0;
            error.Add("buckets", same ? 0 : double.PositiveInfinity);
        }
        if (golden.Has("position_bias"))
        {
            Tensor bias = golden["position_bias"];
            error.Add("position_bias", encoder.PositionBias(bias.shape[^1]).unsqueeze(0), bias);
        }
    }
}
