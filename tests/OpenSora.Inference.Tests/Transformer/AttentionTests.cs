using OpenSora.Inference.Transformer;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Transformer;

public class AttentionTests
{
    /// <summary>One block; blocks of heads; blocks of queries with shorter last ones of both.</summary>
    [Theory]
    [InlineData(3, 20, 10)]
    [InlineData(70, 200, 200)]
    [InlineData(4, 700, 600)]
    public void Blocks_give_plain_attention(long batch, long queries, long keys)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor q = Networks.Noise(1, batch, queries, 8), k = Networks.Noise(2, batch, keys, 8), v = Networks.Noise(3, batch, keys, 8);
        Tensor plain = q.matmul(k.transpose(1, 2)).softmax(-1).matmul(v);
        Assert.InRange(Networks.LargestDifference(plain, Attention.Attend(q, k, v)), 0, 1e-5);
    }

    /// <summary>What a CUDA device computes with; it divides by itself.</summary>
    [Theory]
    [InlineData(3, 20, 10)]
    [InlineData(70, 64, 200)]
    public void Torchs_own_gives_plain_attention(long batch, long queries, long keys)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor q = Networks.Noise(1, batch, queries, 72), k = Networks.Noise(2, batch, keys, 72), v = Networks.Noise(3, batch, keys, 72);
        Tensor plain = (q / Math.Sqrt(72)).matmul(k.transpose(1, 2)).softmax(-1).matmul(v);
        Assert.InRange(Networks.LargestDifference(plain, Attention.AttendByTorch(q, k, v)), 0, 1e-5);
        Assert.Equal(Math.Sqrt(72), Attention.Divisor(q, 72));
    }
}
