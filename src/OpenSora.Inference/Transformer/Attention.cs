using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Transformer;

/// <summary>Attention whose scores of all queries with all keys never exist at once.</summary>
internal static class Attention
{
    /// <summary>Most queries in a block.</summary>
    private const long Queries = 512;

    /// <summary>Scores that a block should not exceed.</summary>
    private const long Scores = 1 << 20;

    private static readonly bool s_isTorchs = TorchRuntime.HasAttention;

    /// <summary>softmax(q · k / √D) · v for every entry of the batch (head of a frame, a position or the whole unit).</summary>
    /// <param name="q">Queries [B, N, D].</param>
    /// <param name="k">Keys [B, M, D].</param>
    /// <param name="v">Values [B, M, D].</param>
    /// <returns>[B, N, D]</returns>
    /// <exception cref="ArgumentException">The shapes do not fit together.</exception>
    public static Tensor Attend(Tensor q, Tensor k, Tensor v)
    {
        long[] queries = q.shape, keys = k.shape;
        if (queries.Length != 3 || keys.Length != 3 || queries[0] != keys[0] || queries[2] != keys[2] || !keys.SequenceEqual(v.shape))
            throw new ArgumentException($"queries [{string.Join(", ", queries)}] for keys [{string.Join(", ", keys)}] and values [{string.Join(", ", v.shape)}]");
        (long n, long d, long m) = (queries[1], queries[2], keys[1]);
        if (n == m && m <= FusedKernels.MostTokens && d <= FusedKernels.MostHeadSize && FusedKernels.CanTake(q, k, v))
            return FusedKernels.Attend(q, k, v);
        return s_isTorchs && q.device_type is DeviceType.CPU or DeviceType.CUDA ? ByTorch(q, k, v) : InBlocks(q, k, v);
    }

    /// <summary>Torch picks a kernel that keeps scores in cache for four dimensions only: the entries stand where heads do.</summary>
    internal static Tensor ByTorch(Tensor q, Tensor k, Tensor v) =>
        nn.functional.scaled_dot_product_attention(q.unsqueeze(0), k.unsqueeze(0), v.unsqueeze(0)).squeeze(0);

    /// <summary>For older torches, and for devices whose torch has no such kernel. Block sizes follow from the shapes alone.</summary>
    internal static Tensor InBlocks(Tensor q, Tensor k, Tensor v)
    {
        long batch = q.shape[0], n = q.shape[1], d = q.shape[2], m = k.shape[1];
        k = k.transpose(1, 2).Over(Math.Sqrt(d)); // [B, D, M]
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

    private static Tensor Block(Tensor q, Tensor k, Tensor v) => q.bmm(k).softmax(-1, ScalarType.Float32).to(v.dtype).bmm(v);
}
