using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Layers;

/// <summary>
/// Softmax attention of one head, computed for a run of queries at a time, so that the scores need the same memory however
/// many tokens there are. Each query's softmax runs over all keys at once: the result is that of plain attention.
/// </summary>
internal static class BlockedAttention
{
    /// <summary>Scores that one block may have: 16 MiB in float32.</summary>
    public const long MaxScores = 1 << 22;

    /// <summary>softmax(scale · q kᵀ + bias) v, with the softmax in float32.</summary>
    /// <param name="q">[N, D]</param>
    /// <param name="k">[M, D]</param>
    /// <param name="v">[M, E]</param>
    /// <param name="bias">[N, M], added to the scores; null for none.</param>
    /// <param name="maxScores">Limit of (rows of a block) · M; a block has at least one row.</param>
    /// <returns>[N, E] in the type of <paramref name="v"/>.</returns>
    public static Tensor Attend(Tensor q, Tensor k, Tensor v, double scale, Tensor? bias = null, long maxScores = MaxScores)
    {
        using DisposeScope scope = NewDisposeScope();
        long queries = q.shape[0];
        long block = Math.Clamp(maxScores / k.shape[0], 1, queries);
        Tensor keys = k.transpose(0, 1); // [D, M]
        List<Tensor> blocks = [];
        for (long start = 0; start < queries; start += block)
        {
            long rows = Math.Min(block, queries - start);
            blocks.Add(AttendRows(q.narrow(0, start, rows), keys, v, scale, bias?.narrow(0, start, rows)));
        }
        return cat(blocks, 0).MoveToOuterDisposeScope(); // [N, E]
    }

    private static Tensor AttendRows(Tensor q, Tensor keys, Tensor v, double scale, Tensor? bias)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor scores = q.mm(keys); // [n, M]
        if (scale != 1)
            scores.Multiply(scale);
        if (bias is not null)
            scores.Add(bias);
        Tensor weights = scores.to(ScalarType.Float32).softmax(-1).to(v.dtype);
        return weights.mm(v).MoveToOuterDisposeScope(); // [n, E]
    }
}
