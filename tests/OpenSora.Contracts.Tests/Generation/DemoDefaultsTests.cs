using OpenSora.Contracts.Generation;
using OpenSora.TestKit;

namespace OpenSora.Contracts.Tests.Generation;

public sealed class DemoDefaultsTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void TheShippedFileIsAGenerationThatCanBeDone()
    {
        DemoDefaults demo = DemoDefaults.Read(Path.Combine(Repository.Root, "models", "demo", "defaults.json"));
        GenerationRequest request = new() { Prompts = ["one"], ImageSize = demo.ImageSize, NumFrames = demo.NumFrames!, NumSamplingSteps = demo.NumSamplingSteps!.Value, CfgScale = demo.CfgScale!.Value };
        GenerationRules.Check(request);
        Assert.Equal(2, demo.ImageSize!.Count);
    }

    [Fact]
    public void WhatIsLeftOutIsNull()
    {
        File.WriteAllText(_file, """{ "num_sampling_steps": 7 }""");
        Assert.Equal(new DemoDefaults { NumSamplingSteps = 7 }, DemoDefaults.Read(_file));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{ \"num_sampling_steps\": \"many\" }")]
    public void ABadFileIsNamed(string text)
    {
        File.WriteAllText(_file, text);
        Assert.Contains(_file, Assert.Throws<InputException>(() => DemoDefaults.Read(_file)).Message);
    }
}
