using OpenSora.Inference.Transformer;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Transformer;

public class AttentionTests
{
    private const long HeadSize = 72;

    /// <summary>Few keys and many, odd numbers of both, and sequences that are short enough for a kernel of our own.</summary>
    [Theory]
    [InlineData(1, 3, 20, 10)]
    [InlineData(35, 2, 15, 15)]
    [InlineData(2, 1, 65, 65)]
    [InlineData(2, 2, 700, 601)]
    public void Attention_is_plain_attention(long frames, long heads, long queries, long keys) => IsPlain(frames, heads, queries, keys, Attention.Attend);

    /// <summary>One block; blocks of heads; blocks of queries with shorter last ones of both.</summary>
    [Theory]
    [InlineData(1, 3, 20, 10)]
    [InlineData(35, 2, 200, 200)]
    [InlineData(2, 2, 700, 600)]
    public void Attention_in_blocks_is_plain_attention(long frames, long heads, long queries, long keys) => IsPlain(frames, heads, queries, keys, Attention.InBlocks);

    /// <summary>In memory tokens come before heads, as a product leaves them, or after.</summary>
    private static void IsPlain(long frames, long heads, long queries, long keys, Func<Tensor, Tensor, Tensor, Tensor> attend)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor Strided(long seed, long tokens) => Networks.Noise(seed, frames, tokens, heads, HeadSize).transpose(1, 2);
        Tensor q = Strided(1, queries), k = Strided(2, keys), v = Strided(3, keys);
        Tensor plain = (q / Math.Sqrt(HeadSize)).matmul(k.transpose(2, 3)).softmax(-1).matmul(v);
        Assert.InRange(Networks.LargestDifference(plain, attend(q, k, v)), 0, 1e-5);
        Assert.InRange(Networks.LargestDifference(plain, attend(q.contiguous(), k.contiguous(), v.contiguous())), 0, 1e-5);
    }
}
