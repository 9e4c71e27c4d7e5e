using OpenSora.Inference.Transformer;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Transformer;

public class AttentionTests
{
    private const long HeadSize = 72;

    /// <summary>Few keys and many, odd numbers of both, and sequences that are short enough for a kernel of our own.</summary>
    [Theory]
    [InlineData(3, 20, 10)]
    [InlineData(70, 15, 15)]
    [InlineData(2, 65, 65)]
    [InlineData(4, 700, 601)]
    public void Attention_is_plain_attention(long batch, long queries, long keys) => IsPlain(batch, queries, keys, Attention.Attend);

    /// <summary>One block; blocks of heads; blocks of queries with shorter last ones of both.</summary>
    [Theory]
    [InlineData(3, 20, 10)]
    [InlineData(70, 200, 200)]
    [InlineData(4, 700, 600)]
    public void Attention_in_blocks_is_plain_attention(long batch, long queries, long keys) => IsPlain(batch, queries, keys, Attention.InBlocks);

    private static void IsPlain(long batch, long queries, long keys, Func<Tensor, Tensor, Tensor, Tensor> attend)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor q = Networks.Noise(1, batch, queries, HeadSize), k = Networks.Noise(2, batch, keys, HeadSize), v = Networks.Noise(3, batch, keys, HeadSize);
        Tensor plain = (q / Math.Sqrt(HeadSize)).bmm(k.transpose(1, 2)).softmax(-1).bmm(v);
        Assert.InRange(Networks.LargestDifference(plain, attend(q, k, v)), 0, 1e-5);
    }
}
