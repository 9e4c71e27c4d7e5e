using OpenSora.Inference.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Layers;

public class BlockedAttentionTests
{
    /// <summary>Blocks of one row, of a divisor, of no divisor of the 30 rows, and one larger than all.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(5 * 20)]
    [InlineData(7 * 20 + 3)]
    [InlineData(1000 * 20)]
    public void Blocks_of_any_size_give_plain_attention(long maxScores)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor q = Networks.Noise(1, 30, 8), k = Networks.Noise(2, 20, 8), v = Networks.Noise(3, 20, 6), bias = Networks.Noise(4, 30, 20);
        Tensor plain = (q.matmul(k.t()) * 0.3 + bias).softmax(-1).matmul(v);
        Assert.InRange(Networks.LargestDifference(BlockedAttention.Attend(q, k, v, 0.3, bias, maxScores), plain), 0, 1e-6);
    }

    [Fact]
    public void A_bias_is_not_written_to()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor q = Networks.Noise(1, 4, 8), bias = Networks.Noise(4, 4, 4), before = bias.clone();
        BlockedAttention.Attend(q, q, q, 1, bias);
        Assert.Equal(0, Networks.LargestDifference(bias, before));
    }
}
