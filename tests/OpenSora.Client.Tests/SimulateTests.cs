using System.Text.Json.Nodes;

namespace OpenSora.Client.Tests;

/// <summary><c>simulate</c> as a user runs it.</summary>
public sealed class SimulateTests
{
    [Fact]
    public async Task ComparesItselfWithPublishedTimes()
    {
        ClientProgram.Outcome outcome = await ClientProgram.Run(["simulate", "--scenario", "calibration"]);
        Assert.Equal(0, outcome.ExitCode);
        foreach (string words in new[] { "published", "simulated", "720p 16s", "Ulysses", "fitted", "mean absolute error over the 16 points" })
            Assert.Contains(words, outcome.Output);
    }

    [Fact]
    public async Task GivesTheSameDocumentForTheSameSeed()
    {
        string[] arguments = ["simulate", "--resolution", "240p", "--num-frames", "2s", "--cards", "4", "--cluster", "64", "--jobs", "500", "--failures", "5", "--json"];
        ClientProgram.Outcome first = await ClientProgram.Run(arguments), second = await ClientProgram.Run(arguments), other = await ClientProgram.Run([.. arguments, "--seed", "1"]);
        Assert.Equal(0, first.ExitCode);
        Assert.Equal(first.Output, second.Output);
        JsonNode report = JsonNode.Parse(first.Output)!;
        Assert.NotEqual(report["service"]!.ToJsonString(), JsonNode.Parse(other.Output)!["service"]!.ToJsonString());
        Assert.Equal(report["scaling"]!.ToJsonString(), JsonNode.Parse(other.Output)!["scaling"]!.ToJsonString());
        Assert.Equal(30, report["scaling"]![0]!["points"]!.AsArray()[^1]!["cards"]!.GetValue<int>());
        Assert.All(report["service"]!["points"]!.AsArray(), point => Assert.Equal(500, point!["jobs"]!.GetValue<int>()));
    }

    [Theory]
    [InlineData("--scenario", "weather", "calibration")]
    [InlineData("--card-type", "s60", "not known")]
    [InlineData("--cluster", "4", "--cards")]
    [InlineData("--jobs", "0", "1 to 1000000")]
    public async Task RefusesBadInput(string flag, string value, string says)
    {
        ClientProgram.Outcome outcome = await ClientProgram.Run(["simulate", flag, value]);
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains(says, outcome.Errors);
        Assert.DoesNotContain("   at ", outcome.Errors);
        Assert.Empty(outcome.Output);
    }
}
