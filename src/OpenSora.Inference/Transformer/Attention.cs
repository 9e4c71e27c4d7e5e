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

    /// <summary>softmax(q · k / √D) · v for each of H heads of each of n frames, positions or units. Tensors may be strided.</summary>
    /// <param name="q">Queries [n, H, N, D].</param>
    /// <param name="k">Keys [n, H, M, D].</param>
    /// <param name="v">Values [n, H, M, D].</param>
    /// <returns>[n, H, N, D]</returns>
    /// <exception cref="ArgumentException">The shapes do not fit together.</exception>
    public static Tensor Attend(Tensor q, Tensor k, Tensor v)
    {
        long[] queries = q.shape, keys = k.shape;
        if (queries.Length != 4 || keys.Length != 4 || queries[0] != keys[0] || queries[1] != keys[1] || queries[3] != keys[3] || !keys.SequenceEqual(v.shape))
            throw new ArgumentException($"queries [{string.Join(", ", queries)}] for keys [{string.Join(", ", keys)}] and values [{string.Join(", ", v.shape)}]");
        (long n, long m, long d) = (queries[2], keys[2], keys[3]);
        if (n == m && m <= FusedKernels.MostTokens && d <= FusedKernels.MostHeadSize && FusedKernels.CanTake(q, k, v))
            return FusedKernels.Attend(q.view(-1, n, d), k.view(-1, m, d), v.view(-1, m, d)).view(queries);
        return Devices.HasFusedAttention(q.device_type) ? ByTorch(q, k, v) : InBlocks(q, k, v);
    }

    /// <summary>By a kernel of torch that keeps scores in cache. Its result lies in memory as [n, N, H, D].</summary>
    internal static Tensor ByTorch(Tensor q, Tensor k, Tensor v) => nn.functional.scaled_dot_product_attention(q, k, v);

    /// <summary>For older torches, and for devices whose torch has no such kernel. Block sizes follow from the shapes alone.</summary>
    internal static Tensor InBlocks(Tensor q, Tensor k, Tensor v)
    {
        long batch = q.shape[0] * q.shape[1], n = q.shape[2], d = q.shape[3], m = k.shape[2];
        long[] shape = q.shape;
        q = q.reshape(batch, n, d);
        k = k.transpose(2, 3).Over(Math.Sqrt(d)).reshape(batch, d, m);
        v = v.reshape(batch, m, d);
        long rows = Math.Min(n, Queries), entries = Math.Max(1, Scores / (rows * m));
        if (rows == n && entries >= batch)
            return Block(q, k, v).view(shape);

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
        return result.view(shape);
    }

    private static Tensor Block(Tensor q, Tensor k, Tensor v) => q.bmm(k).softmax(-1, ScalarType.Float32).to(v.dtype).bmm(v);
}
