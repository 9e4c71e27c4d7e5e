using OpenSora.DemoModel.Clips;
using OpenSora.DemoModel.Stages;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.DemoModel.Tests.Stages;

public sealed class StageDataTests
{
    [Fact]
    public void NumbersDifferInEveryPart()
    {
        ulong[] numbers =
        [
            DrawnFrames.Number(1, "a", 2, 3), DrawnFrames.Number(2, "a", 2, 3), DrawnFrames.Number(1, "b", 2, 3),
            DrawnFrames.Number(1, "a", 3, 3), DrawnFrames.Number(1, "a", 2, 4), DrawnFrames.Number(1, "a", 2, 3, 1), DrawnFrames.Number(1, "a", 3, 2),
        ];
        Assert.Equal(numbers.Length, numbers.Distinct().Count());
        Assert.Equal(numbers[0], DrawnFrames.Number(1, "a", 2, 3));
    }

    [Fact]
    public void FramesAreTheClipsPixels()
    {
        using DisposeScope scope = NewDisposeScope();
        Clip clip = Clip.Draw(3);
        byte[] rgb = new byte[DrawnFrames.Side * DrawnFrames.Side * 3];
        clip.Paint(5, DrawnFrames.Frames, DrawnFrames.Side, DrawnFrames.Side, rgb);
        Tensor frame = DrawnFrames.Clip(clip)[5];
        Assert.Equal(rgb[(10 * DrawnFrames.Side + 20) * 3 + 1] / 127.5f - 1, frame[1, 10, 20].item<float>(), 1e-6f);
        Assert.Equal(new long[] { 3, DrawnFrames.Side, DrawnFrames.Side }, frame.shape);
    }

    [Fact]
    public void OutlinesWeighMore()
    {
        using DisposeScope scope = NewDisposeScope();
        Clip clip = Clip.Draw(0) with { Shape = Shape.Square, StartX = 0, StartY = 0, HalfExtent = 0.25 };
        Tensor weights = DrawnFrames.Weights(clip, 0);
        Assert.Equal(4, weights[0, 32, 16].item<float>());
        Assert.Equal(1, weights[0, 32, 32].item<float>());
        Assert.Equal(1, weights[0, 1, 1].item<float>());
    }

    /// <summary>Noise levels lie strictly between data and noise, and mostly near noise.</summary>
    [Fact]
    public void NoiseLevelsLeanTowardsNoise()
    {
        SplitMix random = new(1);
        double[] levels = [.. Enumerable.Range(0, 4000).Select(_ => FlowTimes.Draw(random))];
        Assert.All(levels, t => Assert.InRange(t, 1e-6, 1 - 1e-6));
        Assert.InRange(levels.Average(), 0.58, 0.66);
    }

    /// <summary>Half of the long clips begin near the middle, the others on their way; at the end about half of a shape is still to be seen.</summary>
    [Fact]
    public void LongClipsBeginAnywhereOnTheirWay()
    {
        Workplace place = new(Directory.CreateTempSubdirectory("opensora-long-").FullName, 1, 1, CancellationToken.None);
        double[] gone = [.. Enumerable.Range(0, 200).Select(index =>
        {
            Clip clip = LongClips.Clip(place, index);
            (double x, double y) = Words.Direction(clip.Motion);
            (double endX, double endY) = clip.Middle(LongClips.Frames - 1, LongClips.Frames, DrawnFrames.Side, DrawnFrames.Side);
            Assert.InRange(endX, -4, DrawnFrames.Side + 4);
            Assert.InRange(endY, -4, DrawnFrames.Side + 4);
            return clip.StartX * x + clip.StartY * y;
        })];
        Assert.All(gone.Where((_, index) => index % 2 == 0), start => Assert.InRange(start, -0.08, 0.08));
        Assert.Contains(gone, start => start > 0.12);
    }
}
