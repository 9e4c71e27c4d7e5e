using OpenSora.Contracts;
using OpenSora.Inference.Sampling;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Sampling;

public sealed class SchedulerConfigTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("opensora-test").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void WithoutAFileTheOriginalsConstantsHold()
    {
        SchedulerConfig config = SchedulerConfig.Read(_folder);
        Assert.Equal(512, config.BaseSide);
        Assert.Equal(
            FlowSchedule.Create(10, 240, 426, 51, ScalarType.BFloat16).Timesteps,
            FlowSchedule.Create(10, 240, 426, 51, ScalarType.BFloat16, config: config).Timesteps);
    }

    /// <summary>A frame of the base side is not shifted; one of three times the side is shifted by 3: 500 becomes 750.</summary>
    [Theory]
    [InlineData(64, 500)]
    [InlineData(192, 750)]
    public void TheBaseSideIsNotShifted(double side, float second)
    {
        File.WriteAllText(Path.Combine(_folder, SchedulerConfig.FileName), """{ "base_side": 64, "something": "else" }""");
        FlowSchedule schedule = FlowSchedule.Create(2, side, side, 1, ScalarType.Float32, config: SchedulerConfig.Read(_folder));
        Assert.Equal(second, schedule.Timesteps[1], 0.01f);
    }

    [Theory]
    [InlineData("{ \"base_side\": 0 }")]
    [InlineData("{ \"base_side\": \"wide\" }")]
    [InlineData("null")]
    [InlineData("{")]
    public void ABadFileIsNamed(string text)
    {
        File.WriteAllText(Path.Combine(_folder, SchedulerConfig.FileName), text);
        Assert.Contains(SchedulerConfig.FileName, Assert.Throws<InputException>(() => SchedulerConfig.Read(_folder)).Message);
    }
}
