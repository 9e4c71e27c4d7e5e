using OpenSora.Inference.Decoding.Temporal;
using OpenSora.Inference.Layers;
using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Layers;

/// <summary>Against torch's direct convolutions in double precision, in every instruction set of this processor, with ragged sizes.</summary>
[Collection(nameof(RowBandsTests))]
public sealed class WinogradTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        FusedKernels.Use(null);
        _scope.Dispose();
    }

    public static TheoryData<string, long, long> SetsAndSizes()
    {
        TheoryData<string, long, long> data = [];
        foreach (string set in (string[])["portable", "avx2", "avx512"])
            foreach ((long height, long width) in ((long, long)[])[(1, 1), (2, 3), (5, 32), (34, 38), (9, 67), (3, 1200)])
                data.Add(set, height, width);
        return data;
    }

    [Theory]
    [MemberData(nameof(SetsAndSizes))]
    public void Images_and_clips_are_those_of_direct_convolutions(string set, long height, long width)
    {
        if (!FusedKernels.Use(set))
            return;
        foreach (bool hasBias in (bool[])[true, false])
        {
            Tensor? bias = hasBias ? Networks.Noise(3, 7) : null;
            Tensor image = Networks.Noise(1, 2, 5, height + 2, width + 2), weight = Networks.Noise(2, 7, 5, 3, 3);
            Near(nn.functional.conv2d(image.@double(), weight.@double(), bias?.@double()), image, weight, bias);

            Tensor clip = Networks.Noise(4, 1, 5, 6, height + 2, width + 2), overTime = Networks.Noise(5, 7, 5, 3, 3, 3);
            Near(nn.functional.conv3d(clip.@double(), overTime.@double(), bias?.@double()), clip, overTime, bias);
        }
    }

    [Fact]
    public void A_causal_convolution_that_it_suits_sees_no_later_frames()
    {
        using CausalConv3d convolution = new(Networks.Random(), 32, 32, kernel: 3);
        Tensor x = Networks.Noise(1, 1, 32, 4, 32, 33), changed = x.clone();
        changed.narrow(2, 2, 2).add_(1);
        Tensor y = convolution.forward(x);
        Assert.Equal(x.shape, y.shape);
        Assert.InRange(Networks.LargestDifference(convolution.ConvolveVolume(nn.functional.pad(x, [0L, 0L, 0L, 0L, 2L, 0L])), y), 0, 1e-5);
        Tensor difference = (y - convolution.forward(changed)).abs().amax([0, 1, 3, 4]);
        Assert.Equal([false, false, true, true], difference.data<float>().ToArray().Select(value => value > 0));
    }

    [Fact]
    public void It_suits_wide_kernels_of_three_on_images_that_are_not_small()
    {
        Assert.True(Winograd.Suits(zeros(32, 64, 3, 3), 1024));
        Assert.True(Winograd.Suits(zeros([32, 64, 3, 3, 3]), 1024));
        Assert.False(Winograd.Suits(zeros(32, 64, 3, 3), 1023));
        Assert.False(Winograd.Suits(zeros(32, 4, 3, 3), 4096));
        Assert.False(Winograd.Suits(zeros(32, 32, 1, 1), 4096));
    }

    /// <summary>Into a new tensor, and added to one.</summary>
    private static void Near(Tensor expected, Tensor x, Tensor weight, Tensor? bias)
    {
        Tensor kernels = Winograd.Kernels(weight), before = Networks.Noise(6, expected.shape), to = empty(expected.shape), sum = before.clone();
        Winograd.Convolve(x, kernels, bias, to);
        Winograd.Convolve(x, kernels, bias, sum, adds: true);
        double most = 2e-6 * Math.Max(1, expected.abs().max().item<double>());
        Assert.InRange((expected - to).abs().max().item<double>(), 0, most);
        Assert.InRange((expected + before - sum).abs().max().item<double>(), 0, most);
    }
}
