using System.Text.Json.Nodes;

namespace OpenSora.Client.Tests;

/// <summary><c>plan</c> as a user runs it: tables and documents on standard output, refusals in words with exit code 3.</summary>
public sealed class PlanTests
{
    private static readonly string[] s_large = ["plan", "--model", "full", "--resolution", "720p", "--num-frames", "16s", "--cards", "8"];

    [Fact]
    public async Task TellsSizesBytesMemoryAndTime()
    {
        ClientProgram.Outcome outcome = await ClientProgram.Run([.. s_large, "--card-type", "h100-80g", "--json"]);
        Assert.Equal(0, outcome.ExitCode);
        JsonNode plan = JsonNode.Parse(outcome.Output)!;
        Assert.Equal(432_000, plan["clip"]!["tokens"]!.GetValue<long>());
        Assert.Equal(8, plan["ranks"]!.AsArray().Count);
        Assert.Equal(plan["ranks"]!.AsArray().Sum(rank => rank!["bytesPerStep"]!.GetValue<long>()), plan["bytes"]!["perStep"]!.GetValue<long>());
        Assert.True(plan["bytes"]!["perStep"]!.GetValue<long>() <= 1.01 * plan["bytes"]!["bound"]!.GetValue<double>());
        Assert.True(plan["memory"]!["peakBytes"]!.GetValue<long>() < plan["memory"]!["usableBytes"]!.GetValue<long>());
        Assert.True(plan["seconds"]!["total"]!.GetValue<double>() > 0);
        Assert.Null(plan["refusal"]);
    }

    [Fact]
    public async Task IsATableForPeople()
    {
        ClientProgram.Outcome outcome = await ClientProgram.Run(["plan", "--resolution", "144p", "--card-type", "cpu"]);
        Assert.Equal(0, outcome.ExitCode);
        foreach (string words in new[] { "demo model", "256", "residual stream", "decoding of a unit", "seconds (predicted)", "sensible" })
            Assert.Contains(words, outcome.Output);
    }

    [Fact]
    public async Task RefusesWhatCannotFitWithTheNumberThatWouldDo()
    {
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "- name: small\n  memory_bytes: 10000000000\n  cards_per_node: 8\n");
        ClientProgram.Outcome outcome = await ClientProgram.Run([.. s_large, "--card-types", file, "--card-type", "small", "--json"]);
        File.Delete(file);
        Assert.Equal(3, outcome.ExitCode);
        Assert.Contains("does not fit", outcome.Errors);
        Assert.Contains("h100-80g", outcome.Errors);
        Assert.Contains("h100-80g", JsonNode.Parse(outcome.Output)!["refusal"]!["cardTypesThatWouldDo"]!.AsArray().Select(name => name!.GetValue<string>()));
    }

    [Theory]
    [InlineData("--cards", "61", "30")]
    [InlineData("--card-type", "tpu", "h100-80g")]
    [InlineData("--model", "half", "full or demo")]
    [InlineData("--card-types", "/nowhere/cards.yaml", "/nowhere/cards.yaml")]
    [InlineData("--ckpt-path-dit", "/nowhere/dit", "/nowhere/dit")]
    public async Task RefusesBadInput(string flag, string value, string says)
    {
        ClientProgram.Outcome outcome = await ClientProgram.Run(["plan", flag, value]);
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains(says, outcome.Errors);
        Assert.DoesNotContain("   at ", outcome.Errors);
        Assert.Empty(outcome.Output);
    }
}
