using OpenSora.Inference.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Layers;

/// <summary>Against products of matrices over unfolded inputs, for channels that do and do not fill the blocks of a processor's kernels.</summary>
public class ConvolutionsTests
{
    public static TheoryData<long, long> Channels()
    {
        TheoryData<long, long> data = [];
        foreach (long input in (long[])[3, 8, 9, 12, 16, 20, 24, 40, 72])
            foreach (long output in (long[])[3, 16, 24])
                data.Add(input, output);
        return data;
    }

    [Theory]
    [MemberData(nameof(Channels))]
    public void An_image(long input, long output)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Networks.Noise(1, 3, input, 18, 20), weight = Networks.Noise(2, output, input, 3, 3), bias = Networks.Noise(3, output);
        Tensor columns = nn.functional.unfold(x, 3, padding: 1); // [3, in · 9, 18 · 20]
        Tensor expected = (weight.flatten(1).matmul(columns) + bias.unsqueeze(-1)).view(3, output, 18, 20);
        Assert.InRange(Networks.LargestDifference(expected, Convolutions.Of(x, weight, bias, padding: [1, 1])), 0, 1e-3);
    }

    /// <summary>Large enough for torch to take the kernels that it has for clips rather than products of its own.</summary>
    [Theory]
    [MemberData(nameof(Channels))]
    public void A_clip(long input, long output)
    {
        using DisposeScope scope = NewDisposeScope();
        long rows = 24000 / (input * 5) + 1;
        Tensor x = Networks.Noise(1, 1, input, 5, rows, 4), weight = Networks.Noise(2, output, input, 3, 3, 3), bias = Networks.Noise(3, output);
        Tensor expected = bias.view(1, -1, 1, 1, 1).expand(1, output, 3, rows, 4).clone();
        for (long k = 0; k < 3; k++)
        {
            Tensor frames = x[0].narrow(1, k, 3).transpose(0, 1); // [3, in, rows, 4]
            Tensor sums = weight.select(2, k).flatten(1).matmul(nn.functional.unfold(frames, 3, padding: 1));
            expected.add_(sums.view(3, output, rows, 4).transpose(0, 1).unsqueeze(0));
        }
        Assert.InRange(Networks.LargestDifference(expected, Convolutions.Of(x, weight, bias, padding: [0, 1, 1])), 0, 1e-3);
    }
}
