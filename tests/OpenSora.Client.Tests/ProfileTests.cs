using System.Text.Json.Nodes;
using OpenSora.TestKit;

namespace OpenSora.Client.Tests;

/// <summary>Where the time of a network goes, on either torch.</summary>
public sealed class ProfileTests
{
    private static readonly string[] s_small =
        ["profile", "forward", "--depth", "1", "--hidden", "144", "--heads", "2", "--frames", "2", "--latent-size", "8", "8", "--tokens", "8", "--repeat", "1", "--operations", "--json"];

    [Fact]
    public async Task AnotherTorchTellsOfEachOperation()
    {
        ClientProgram.Outcome outcome = await ClientProgram.Run(s_small, (TestCard.TorchVariable, TestCard.Torch));
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        JsonNode[] operations = [.. JsonNode.Parse(outcome.Output)!["operations"]!.AsArray().Select(operation => operation!)];
        string[] names = [.. operations.Select(operation => operation["name"]!.GetValue<string>())];
        Assert.Contains("aten::addmm", names);
        Assert.Contains("fused::modulate", names);
        Assert.Equal(names.Length, names.Distinct().Count());
        double[] seconds = [.. operations.Select(operation => operation["seconds"]!.GetValue<double>())];
        Assert.Equal(seconds.OrderDescending(), seconds);
        Assert.All(operations, operation => Assert.InRange(operation["calls"]!.GetValue<long>(), 1, 10_000));
    }

    [Fact]
    public async Task ThePackagesDoesNotAndThatIsTold()
    {
        ClientProgram.Outcome outcome = await ClientProgram.Run(s_small);
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        Assert.Contains("--torch DIR", outcome.Errors, StringComparison.Ordinal);
        Assert.All(JsonNode.Parse(outcome.Output)!["operations"]!.AsArray(), operation => Assert.StartsWith("fused::", operation!["name"]!.GetValue<string>(), StringComparison.Ordinal));
    }
}
