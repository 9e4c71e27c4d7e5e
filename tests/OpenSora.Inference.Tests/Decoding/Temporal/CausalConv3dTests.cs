using OpenSora.Inference.Decoding.Temporal;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Decoding.Temporal;

public class CausalConv3dTests
{
    [Theory]
    [InlineData(1, 6)]
    [InlineData(2, 3)]
    public void Frames_as_channels_give_the_3D_convolution(long stride, long outFrames)
    {
        using DisposeScope scope = NewDisposeScope();
        using CausalConv3d convolution = new(Networks.Random(), 4, 6, kernel: 3, stride);
        Tensor padded = Networks.Noise(1, 1, 4, 6 + 3 - stride, 5, 7);
        Tensor frames = convolution.ConvolveFrames(padded);
        Assert.Equal([1, 6, outFrames, 5, 7], frames.shape);
        Assert.InRange(Networks.LargestDifference(frames, convolution.ConvolveVolume(padded)), 0, 1e-5);
    }

    [Fact]
    public void A_frame_does_not_see_later_ones()
    {
        using DisposeScope scope = NewDisposeScope();
        using CausalConv3d convolution = new(Networks.Random(), 4, 6, kernel: 3);
        Tensor x = Networks.Noise(1, 1, 4, 5, 4, 4), changed = x.clone();
        changed.narrow(2, 3, 2).add_(1);
        Tensor difference = (convolution.forward(x) - convolution.forward(changed)).abs().amax([0, 1, 3, 4]);
        Assert.Equal([false, false, false, true, true], difference.data<float>().ToArray().Select(value => value > 0));
    }

    [Fact]
    public void Channels_become_frames_with_the_frame_as_the_fastest_index()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = arange(0, 2 * 2 * 3, ScalarType.Float32).view(1, 4, 3, 1, 1);
        Tensor frames = TemporalDecoder.ChannelsToFrames(x);
        Assert.Equal([0f, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11], frames.data<float>().ToArray());
        Assert.Equal([1, 2, 6, 1, 1], frames.shape);
    }
}
