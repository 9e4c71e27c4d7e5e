using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Text;

/// <summary>
/// T5's buckets of relative positions (Raffel et al., arXiv 1910.10683): one for each small distance, then logarithmically
/// wider ones, all of it once for keys before the query and once for keys after it.
/// </summary>
internal static class T5RelativePositions
{
    /// <summary>The bucket of each pair of a query and a key.</summary>
    /// <param name="buckets">All buckets, both directions.</param>
    /// <param name="maxDistance">Distance from which on the last bucket of a direction is used.</param>
    /// <returns>[length, length] int64 on the CPU: rows are queries, columns are keys.</returns>
    public static Tensor Buckets(long length, int buckets, int maxDistance)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor positions = Arithmetic.Range(length, ScalarType.Int64);
        Tensor relative = positions.unsqueeze(0) - positions.unsqueeze(1); // key - query
        int perDirection = buckets / 2, exact = perDirection / 2;
        Tensor direction = relative.IsAbove(0).to(ScalarType.Int64).Times(perDirection);
        Tensor distance = relative.abs();
        // In float32 and in this order, as the reference rounds: at a border the bucket hangs on the last bit.
        Tensor ratio = distance.to(ScalarType.Float32).Over(exact).log().Over(Math.Log((double)maxDistance / exact)).Times(perDirection - exact);
        // At distance 0 the logarithm is -∞, which no integer is; that value is not used.
        Tensor wide = ratio.Clamped(min: 0).to(ScalarType.Int64).Plus(exact).Clamped(max: perDirection - 1);
        return direction.Plus(where(distance.IsBelow(exact), distance, wide)).MoveToOuterDisposeScope();
    }
}
