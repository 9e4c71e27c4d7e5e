using OpenSora.Inference.Decoding.Spatial;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Decoding.Spatial;

public class SpatialVaeTests
{
    [Theory]
    [InlineData(16, 24, 2, 3)]
    [InlineData(23, 31, 2, 3)]
    [InlineData(8, 8, 1, 1)]
    public void Latents_have_an_eighth_of_the_pixels_rounded_down(long height, long width, long latentHeight, long latentWidth)
    {
        using DisposeScope scope = NewDisposeScope();
        using SpatialVae vae = new(Networks.Random(), Networks.Spatial);
        Tensor z = vae.Encode(Networks.Noise(1, 2, 3, height, width), null);
        Assert.Equal([2, 4, latentHeight, latentWidth], z.shape);
        Assert.Equal([2, 3, 8 * latentHeight, 8 * latentWidth], vae.Decode(z).shape);
    }

    [Fact]
    public void Latents_are_scaled_by_the_factor_of_training()
    {
        using DisposeScope scope = NewDisposeScope();
        using SpatialVae vae = new(Networks.Random(), Networks.Spatial);
        Tensor x = Networks.Noise(1, 1, 3, 16, 16);
        Tensor mean = vae.Moments(x).narrow(1, 0, 4);
        Assert.InRange(Networks.LargestDifference(vae.Encode(x, null), mean * 0.18215), 0, 1e-7);
    }

    [Fact]
    public void Attention_in_blocks_of_queries_equals_attention_at_once()
    {
        using DisposeScope scope = NewDisposeScope();
        using MidAttention once = new(Networks.Random(), Networks.Spatial, 16), blocks = new(Networks.Random(), Networks.Spatial, 16, maxScores: 7 * 30);
        Tensor x = Networks.Noise(1, 2, 16, 5, 6);
        Assert.InRange(Networks.LargestDifference(once.forward(x), blocks.forward(x)), 0, 1e-6);
    }

    [Fact]
    public void A_pass_leaves_no_tensor_but_its_result()
    {
        using SpatialVae vae = new(Networks.Random(), Networks.Spatial);
        using Tensor z = Networks.Noise(1, 2, 4, 2, 3);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        vae.Decode(z).Dispose();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }
}
