using System.Text.Json.Nodes;
using OpenSora.TestKit;

namespace OpenSora.Client.Tests;

/// <summary>The golden cases through the command line, as a user checks a new card.</summary>
public sealed class VerifyTests
{
    [Fact]
    public async Task EveryCaseIsWithinItsTolerance()
    {
        ClientProgram.Outcome outcome = await ClientProgram.Run(["verify", "--golden", Repository.Golden, "--device", "cpu", "--threads", "2", "--json"]);
        JsonNode report = JsonNode.Parse(outcome.Output)!;
        Assert.Empty(report["cases"]!.AsArray().Where(row => !row!["ok"]!.GetValue<bool>()).Select(row => row!.ToJsonString()));
        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal(report["passed"]!.GetValue<int>(), report["cases"]!.AsArray().Count);
        foreach (string folder in Directory.EnumerateDirectories(Repository.Golden, "case*"))
            Assert.Contains(report["cases"]!.AsArray(), row => row!["name"]!.GetValue<string>().StartsWith(Path.GetFileName(folder), StringComparison.Ordinal));
    }

    [Fact]
    public async Task AWrongNumberIsSeen()
    {
        string folder = Directory.CreateTempSubdirectory("opensora-test").FullName;
        string name = Path.Combine(folder, "case4_t5", "padded.safetensors");
        Directory.CreateDirectory(Path.GetDirectoryName(name)!);
        Directory.CreateSymbolicLink(Path.Combine(folder, "checkpoints"), Path.Combine(Repository.Golden, "checkpoints"));
        byte[] bytes = File.ReadAllBytes(Path.Combine(Repository.Golden, "case4_t5", "padded.safetensors"));
        bytes[^2] ^= 0x7F;
        File.WriteAllBytes(name, bytes);
        ClientProgram.Outcome outcome = await ClientProgram.Run(["verify", "--golden", folder, "--device", "cpu"]);
        Directory.Delete(folder, recursive: true);
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("FAILED", outcome.Output);
        Assert.Contains("0 passed, 1 failed", outcome.Output);
    }

    /// <summary>Each file is a row: what differs on purpose, what is damaged, what nothing compares.</summary>
    [Fact]
    public async Task OtherRowsAreToldByName()
    {
        string folder = Directory.CreateTempSubdirectory("opensora-test").FullName;
        foreach (string name in new[] { "case2_rflow", "case8_randn", "case10_audio" })
            Directory.CreateDirectory(Path.Combine(folder, name));
        File.WriteAllText(
            Path.Combine(folder, "case2_rflow", "schedules.json"), """[{"steps": 2, "height": 240, "width": 426, "num_frames": 9, "timesteps": [null, 0]}]""");
        File.WriteAllText(Path.Combine(folder, "case8_randn", "randn.safetensors"), "no tensors");
        ClientProgram.Outcome outcome = await ClientProgram.Run(["verify", "--golden", folder, "--device", "cpu"]);
        Directory.Delete(folder, recursive: true);
        Assert.Equal(1, outcome.ExitCode);
        string[] rows = outcome.Output.Split('\n');
        Assert.Matches("^case2_rflow/schedules.json .* ok  differs on purpose: 1 of 1 rows: 2 to 16 frames", rows[0]);
        Assert.Matches("^case8_randn/randn.safetensors .* FAILED  .*randn.safetensors", rows[1]);
        Assert.Matches("^case10_audio .* FAILED  the folder is empty", rows[2]);
        Assert.StartsWith("1 passed, 2 failed", rows[3]);
    }

    [Fact]
    public async Task AFolderWithoutCasesIsRefused()
    {
        ClientProgram.Outcome outcome = await ClientProgram.Run(["verify", "--golden", Path.Combine(Repository.Root, "docs"), "--device", "cpu"]);
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("case1_stdit3", outcome.Errors);
    }
}
