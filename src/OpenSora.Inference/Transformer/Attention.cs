using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Transformer;

/// <summary>
/// Attention in blocks: the scores of all queries with all keys never exist at once. On CUDA it is torch's own, whose kernels keep them on
/// the chip.
/// </summary>
internal static class Attention
{
    /// <summary>Most queries in a block.</summary>
    private const long Queries = 512;

    /// <summary>Scores that a block should not exceed: 4 MiB in float32, which stays in a core's cache.</summary>
    private const long Scores = 1 << 20;

    /// <summary>What the product of a query and a key is to be divided by before <see cref="Attend"/>: √D, or 1 where that divides itself.</summary>
    /// <param name="headSize">D</param>
    public static double Divisor(Tensor x, long headSize) => IsTorchs(x) ? 1 : Math.Sqrt(headSize);

    /// <summary>
    /// softmax(q · k) · v for every entry of the batch (head of a frame, a position or the whole unit). Block sizes follow
    /// from the shapes alone.
    /// </summary>
    /// <param name="q">Queries [B, N, D]; they or the keys are already divided by <see cref="Divisor"/>.</param>
    /// <param name="k">Keys [B, M, D].</param>
    /// <param name="v">Values [B, M, D].</param>
    /// <returns>[B, N, D]</returns>
    /// <exception cref="ArgumentException">The shapes do not fit together.</exception>
    public static Tensor Attend(Tensor q, Tensor k, Tensor v)
    {
        long[] queries = q.shape, keys = k.shape;
        if (queries.Length != 3 || keys.Length != 3 || queries[0] != keys[0] || queries[2] != keys[2] || !keys.SequenceEqual(v.shape))
            throw new ArgumentException($"queries [{string.Join(", ", queries)}] for keys [{string.Join(", ", keys)}] and values [{string.Join(", ", v.shape)}]");
        if (IsTorchs(q))
            return AttendByTorch(q, k, v);
        (long batch, long n, long d, long m) = (queries[0], queries[1], queries[2], keys[1]);
        if (n == m && m <= FusedKernels.MostTokens && d <= FusedKernels.MostHeadSize && FusedKernels.CanTake(q, k, v))
            return FusedKernels.Attend(q, k, v);

        k = k.transpose(1, 2); // [B, D, M]
        long rows = Math.Min(n, Queries), entries = Math.Max(1, Scores / (rows * m));
        if (rows == n && entries >= batch)
            return Block(q, k, v);

        Tensor result = empty(batch, n, d, dtype: q.dtype, device: q.device);
        for (long b = 0; b < batch; b += entries)
        {
            using DisposeScope scope = NewDisposeScope();
            long count = Math.Min(entries, batch - b);
            Tensor some = q.narrow(0, b, count), theirs = k.narrow(0, b, count), values = v.narrow(0, b, count);
            Tensor target = result.narrow(0, b, count);
            for (long row = 0; row < n; row += rows)
            {
                using DisposeScope block = NewDisposeScope();
                long height = Math.Min(rows, n - row);
                target.narrow(1, row, height).copy_(Block(some.narrow(1, row, height), theirs, values));
            }
        }
        return result;
    }

    /// <summary>softmax(q · k / √D) · v. Torch picks a kernel for four dimensions only: the entries stand where heads do.</summary>
    internal static Tensor AttendByTorch(Tensor q, Tensor k, Tensor v) =>
        nn.functional.scaled_dot_product_attention(q.unsqueeze(0), k.unsqueeze(0), v.unsqueeze(0)).squeeze(0);

    private static bool IsTorchs(Tensor x) => x.device_type == DeviceType.CUDA;

    private static Tensor Block(Tensor q, Tensor k, Tensor v)
    {
        Tensor scores = q.bmm(k);
        if (!FusedKernels.CanTake(scores))
            return scores.softmax(-1, ScalarType.Float32).to(v.dtype).bmm(v);
        FusedKernels.Softmax(scores);
        return scores.bmm(v);
    }
}
