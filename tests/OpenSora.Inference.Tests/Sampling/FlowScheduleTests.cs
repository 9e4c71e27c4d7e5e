using OpenSora.Contracts;
using OpenSora.Inference.Sampling;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Sampling;

public class FlowScheduleTests
{
    /// <summary>2 to 16 frames give not a number in the original.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(408)]
    public void Timesteps_fall_from_noise_and_steps_cover_the_way(double frames)
    {
        FlowSchedule schedule = FlowSchedule.Create(30, 480, 854, frames, ScalarType.Float32);
        Assert.Equal(30, schedule.Timesteps.Count);
        Assert.Equal(1000, schedule.Timesteps[0], 3);
        Assert.All(schedule.Timesteps.Zip(schedule.Timesteps.Skip(1)), pair => Assert.True(pair.First > pair.Second));
        Assert.True(schedule.Timesteps[^1] > 0);
        Assert.Equal(1, Enumerable.Range(0, 30).Sum(schedule.StepSize), 5);
    }

    [Fact]
    public void Two_to_sixteen_frames_count_as_one() =>
        Assert.Equal(
            FlowSchedule.Create(4, 240, 426, 1, ScalarType.BFloat16).Timesteps,
            FlowSchedule.Create(4, 240, 426, 16, ScalarType.BFloat16).Timesteps);

    [Fact]
    public void A_first_timestep_above_1000_is_kept() =>
        Assert.Equal(1000.0001220703125f, FlowSchedule.Create(4, 32, 32, 17, ScalarType.Float32).Timesteps[0]);

    [Fact]
    public void Without_the_transform_steps_are_equal() =>
        Assert.Equal([1000, 750, 500, 250], FlowSchedule.Create(4, 480, 854, 51, ScalarType.Float32, transform: false).Timesteps);

    [Fact]
    public void No_steps_are_refused() =>
        Assert.Contains("is 0, must be at least 1", Assert.Throws<InputException>(() => FlowSchedule.Create(0, 480, 854, 51, ScalarType.Float32)).Message);
}
