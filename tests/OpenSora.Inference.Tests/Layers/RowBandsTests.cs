using OpenSora.Inference.Decoding.Spatial;
using OpenSora.Inference.Layers;
using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;
using Conv2d = OpenSora.Inference.Layers.Conv2d;
using GroupNorm = OpenSora.Inference.Layers.GroupNorm;

namespace OpenSora.Inference.Tests.Layers;

/// <summary>Switches the kernels of this process, so nothing else runs beside it.</summary>
[CollectionDefinition(nameof(RowBandsTests), DisableParallelization = true)]
[Collection(nameof(RowBandsTests))]
public sealed class RowBandsTests : IDisposable
{
    private const long Channels = 8;

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        FusedKernels.Enabled = true;
        _scope.Dispose();
    }

    public static TheoryData<string, bool, long, long> InputsAndSizes()
    {
        TheoryData<string, bool, long, long> data = [];
        foreach (string input in (string[])["plain", "doubled", "norm"])
            foreach (bool fused in (bool[])[true, false])
                foreach ((long height, long width) in ((long, long)[])[(1, 1), (4, 3), (5, 16), (23, 19), (64, 7)])
                    data.Add(input, fused, height, width);
        return data;
    }

    /// <summary>Bands of four rows, the fewest, of some more, and one of all rows; each kind of border and stride that the networks have.</summary>
    [Theory]
    [MemberData(nameof(InputsAndSizes))]
    public void Bands_of_any_height_give_the_whole_convolution(string input, bool fused, long height, long width)
    {
        FusedKernels.Enabled = fused;
        Tensor x = Networks.Noise(1, 2, Channels, height, width) * 2 + 0.5;
        GroupNorm norm = new(Networks.Random()["norm"], 4, Channels, 1e-6);
        ImageRows Rows() => input switch
        {
            "plain" => ImageRows.Of(x),
            "doubled" => ImageRows.Doubled(x),
            _ => ImageRows.NormSilu(norm, x),
        };
        foreach ((long kernel, long stride, long before, long after) in ((long, long, long, long)[])[(3, 1, 1, 1), (3, 2, 0, 1), (1, 1, 0, 0)])
        {
            if (kernel > Rows().Height + before + after || kernel > Rows().Width + before + after)
                continue;
            Conv2d convolution = new(Networks.Random()["conv"], Channels, 6, kernel, stride, before, after);
            Tensor expected = convolution.forward(Rows().All());
            double lastBits = 1e-6 * Math.Max(1, expected.abs().max().item<float>()); // kernels for other processors add bands up in another order
            foreach (long most in (long[])[1, 8 * 2 * Channels * (width + 2), 1 << 28])
            {
                Tensor result = RowBands.Convolve(convolution, Rows(), most: most);
                Assert.InRange(Networks.LargestDifference(expected, result), 0, lastBits);
                Assert.True(result.is_contiguous());

                Tensor sum = ones(expected.shape);
                Assert.Same(sum, RowBands.Convolve(convolution, Rows(), sum, most));
                Assert.InRange(Networks.LargestDifference(expected + 1, sum), 0, lastBits);
            }
        }
    }

    /// <summary>
    /// 512 × 1024 pixels: several bands on each of the last levels, and three passes over the frames. Passes follow from the clip alone; a frame
    /// in a pass of another size may differ in last bits.
    /// </summary>
    [Fact]
    public void An_autoencoder_in_bands_and_passes_is_the_one_without()
    {
        using SpatialVae vae = new(Networks.Random(), Networks.Spatial);
        Tensor z = Networks.Noise(1, 7, 4, 64, 128), pixels = Networks.Noise(2, 2, 3, 509, 1021);
        Tensor banded = vae.Decode(z), moments = vae.Moments(pixels);
        Assert.Equal(0, Networks.LargestDifference(banded, vae.Decode(z)));
        Assert.InRange(Networks.LargestDifference(banded.narrow(0, 5, 2), vae.Decode(z.narrow(0, 5, 2))), 0, 5e-6);
        FusedKernels.Enabled = false;
        Assert.InRange(Networks.LargestDifference(vae.Decode(z), banded), 0, 5e-6);
        Assert.InRange(Networks.LargestDifference(vae.Moments(pixels), moments), 0, 5e-6);
    }

    [Fact]
    public void Half_precision_takes_its_statistics_in_full()
    {
        GroupNorm norm = new(Networks.Random()["norm"], 4, Channels, 1e-6);
        Tensor x = (Networks.Noise(1, 2, Channels, 40, 40) * 3 + 20).to(ScalarType.BFloat16), wide = x.to(ScalarType.Float32);
        (Tensor scale, Tensor shift) = norm.Affine(x);
        (Tensor expectedScale, Tensor expectedShift) = norm.Affine(wide);
        Assert.InRange(Networks.LargestDifference(expectedScale, scale), 0, 1e-6);
        Assert.InRange(Networks.LargestDifference(expectedShift, shift), 0, 2e-5);
        Assert.InRange(Networks.LargestDifference(norm.forward(wide), wide * scale.view(2, Channels, 1, 1) + shift.view(2, Channels, 1, 1)), 0, 2e-5);
    }

    [Fact]
    public void Nothing_is_left_of_a_convolution_but_its_result()
    {
        using Tensor x = Networks.Noise(1, 1, Channels, 30, 30);
        using GroupNorm norm = new(Networks.Random()["norm"], 4, Channels, 1e-6);
        using Conv2d convolution = new(Networks.Random()["conv"], Channels, 6, 3, 1, 1, 1);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        RowBands.Convolve(convolution, ImageRows.NormSilu(norm, x), most: 1).Dispose();
        RowBands.Convolve(convolution, ImageRows.Doubled(x)).Dispose();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }
}
