using System.Text.Json.Nodes;
using OpenSora.TestKit;

namespace OpenSora.Client.Tests;

/// <summary>The demo model on two cards, audited on one.</summary>
public sealed class AuditTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task EqualOnOtherCardsAndRefusedWhereABitWasChanged()
    {
        (string, string) state = ("OPENSORA_STATE", _folder["state"]);
        ClientProgram.Outcome made = await ClientProgram.Run(
            ["generate", "--prompt", "a red ball", "--image-size", "64", "64", "--num-frames", "17", "--num-sampling-steps", "4", "--cards", "2", "--threads", "1", "--keep-steps", "--json", "--save-dir", _folder.Path], state);
        Assert.True(made.ExitCode == 0, made.Errors);
        await File.WriteAllTextAsync(_folder["report.json"], made.Output);

        ClientProgram.Outcome equal = await ClientProgram.Run(["audit", _folder["report.json"], "--steps", "2", "--cards", "1", "--seed", "3", "--json"], state);
        Assert.True(equal.ExitCode == 0, equal.Errors);
        JsonNode audit = JsonNode.Parse(equal.Output)!;
        Assert.Equal((5, 4, 1), (audit["checkpoints"]!.GetValue<int>(), audit["allSteps"]!.GetValue<int>(), audit["cards"]!.GetValue<int>()));
        Assert.All(audit["steps"]!.AsArray(), step => Assert.True(step!["isEqual"]!.GetValue<bool>()));

        string kept = Path.Combine(_folder["state"], JsonNode.Parse(made.Output)!["job"]!.GetValue<string>(), "steps", "0-0-002");
        byte[] bytes = await File.ReadAllBytesAsync(kept);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(kept, bytes);
        ClientProgram.Outcome refused = await ClientProgram.Run(["audit", _folder["report.json"], "--steps", "1"], state);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("REFUSED  the checkpoint after step 2 of clip 0 of batch 0", refused.Output);

        ClientProgram.Outcome elsewhere = await ClientProgram.Run(["audit", _folder["report.json"]], ("OPENSORA_STATE", _folder["nothing"]));
        Assert.Equal(2, elsewhere.ExitCode);
        Assert.Contains("kept no steps", elsewhere.Errors);
    }

    [Fact]
    public async Task WhatIsNoReportIsRefused()
    {
        _folder.Write("report.json", "{}"u8);
        ClientProgram.Outcome outcome = await ClientProgram.Run(["audit", _folder["report.json"]]);
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("is no report of a run", outcome.Errors);
    }
}
