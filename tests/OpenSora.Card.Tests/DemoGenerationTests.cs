using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Generation;
using OpenSora.TestKit;
using OpenSora.Video.Reading;
using TorchSharp;

namespace OpenSora.Card.Tests;

public sealed class DemoGenerationTests
{
    private static readonly GenerationRequest Small = new()
    {
        Prompts = ["a red ball"],
        ImageSize = [72, 128],
        NumFrames = "34",
        NumSamplingSteps = 2,
    };

    /// <summary>Of luma: 4:2:0 has one colour for four pixels, and the demo model's shapes have plain colours and hard edges.</summary>
    [Fact]
    public void TheFileKeeps40DecibelsOfTheFrames()
    {
        using DemoGeneration demo = new(Small);
        string file = Assert.Single(demo.Run()).File;
        Psnr psnr = new();
        int frame = 0;
        foreach (RgbImage decoded in FrameReader.Read(file))
            psnr.Add(demo.Frames[file][frame++], decoded.Pixels);
        Assert.Equal(34, frame);
        Assert.True(psnr.Luma >= 40, $"luma {psnr.Luma:0.0} dB");
    }

    [Fact]
    public void ARunLeaksNoTensor()
    {
        using DemoGeneration demo = new(Small with { Loop = 2, ReferencePaths = [Path.Combine(Repository.Golden, "case9_e2e", "ref_a.png")], MaskStrategies = ["0"] });
        demo.Run();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        demo.Run();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void LaterLoopsLeaveOutWhatTheyTookOver()
    {
        using DemoGeneration demo = new(Small with { Loop = 3 });
        SampleReport sample = Assert.Single(demo.Run());
        Assert.Equal(34 + 17 + 17, sample.Frames);
        Assert.Equal(sample.Frames, demo.Frames[sample.File].Count);
    }

    [Fact]
    public void EverySampleOfABatchHasItsOwnNoise()
    {
        using DemoGeneration demo = new(Small with { Prompts = ["one", "one"], BatchSize = 2 });
        IReadOnlyList<SampleReport> samples = demo.Run();
        Assert.Equal(2, samples.Select(sample => sample.Hashes.Latent).Distinct().Count());
    }

    [Fact]
    public void WhatCannotBeContinuedIsRefused()
    {
        using DemoGeneration demo = new(Small with { Loop = 2, NumFrames = "17" });
        Assert.Contains("17", Assert.Throws<InputException>(() => demo.Run()).Message);
    }

    [Theory]
    [InlineData("0,1")]
    [InlineData("0,0,0,99")]
    public void AReferenceThatIsNotThereIsRefused(string strategy)
    {
        using DemoGeneration demo = new(Small with { ReferencePaths = [Path.Combine(Repository.Golden, "case9_e2e", "ref_a.png")], MaskStrategies = [strategy] });
        Assert.Contains(strategy, Assert.Throws<InputException>(() => demo.Run()).Message);
        Assert.DoesNotContain(demo.Frames.Keys, File.Exists);
    }
}
