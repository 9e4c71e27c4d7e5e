using System.Diagnostics;
using System.Text.Json.Nodes;
using OpenSora.TestKit;
using Xunit.Abstractions;

namespace OpenSora.Client.Tests;

/// <summary>A service and its clients, as users run them, with the demo model on real cards.</summary>
[Collection(SharedService.Name)]
public sealed class ServiceTests(SharedService shared, ITestOutputHelper output) : IAsyncLifetime
{
    private const string Prompt = "a red circle moving right on a black background";
    private readonly string _folder = Directory.CreateTempSubdirectory("opensora-test").FullName;
    private readonly ServiceProgram _service = shared.Program;

    public Task InitializeAsync() => _service.Settle();

    public Task DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task AServiceMakesWhatGenerateMakesAlsoOverItsOwnDeath()
    {
        string[] flags = ["--prompt", Prompt, "--num-sampling-steps", "60", "--reference-path", Path.Combine(Repository.Golden, "case9_e2e", "ref_a.png"), "--mask-strategy", "0"];
        JsonNode local = JsonNode.Parse(await Run("generate", [.. flags, "--threads", "1", "--save-dir", _folder, "--json"]))!;
        _service.Hold();
        string id = (await Run("submit", flags)).Trim();
        await _service.UntilHeld();
        await ServiceProgram.Until(() => Task.FromResult(_service.IsAStepKept));
        JsonNode status = JsonNode.Parse(await Run("status", id, "--json"))!;
        Assert.Equal(("in_progress", ServiceProgram.HeldStep, 60), ((string)status["status"]!, (int)status["step"]!, (int)status["steps"]!));

        await _service.KillCoordinator();
        _service.Release();
        await _service.Begin();
        ClientProgram.Outcome watched = await ClientProgram.Run(["watch", id, "--server", _service.Address, "--json", "--save-dir", Path.Combine(_folder, "fetched")]);
        Assert.True(watched.ExitCode == 0, watched.Errors);
        JsonNode report = JsonNode.Parse(watched.Output)!;
        Assert.Equal(("completed", 60, 60), ((string)report["status"]!, (int)report["step"]!, (int)report["steps"]!));
        Assert.Equal(local["sha256"]!.ToJsonString(), report["sha256"]!.ToJsonString());
        Assert.DoesNotContain("denoise: 0 of", watched.Errors);
        Assert.Equal(File.ReadAllBytes((string)local["files"]![0]!), File.ReadAllBytes((string)report["files"]![0]!));
        Assert.Equal(id, (string?)Assert.Single(JsonNode.Parse(await Run("jobs", "--json"))!.AsArray())!["id"]);
    }

    /// <summary>There is no room for a file of that size, or for all of it: nothing is begun, or what was made stays with the service.</summary>
    [Fact]
    public async Task AFullDiskHereIsToldBeforeTheFirstStepOrLosesNothing()
    {
        using SmallDisk? disk = SmallDisk.Of(64, output.WriteLine);
        if (disk is null)
            return;
        string[] line = ["generate", "--server", _service.Address, "--prompt", Prompt, "--num-frames", "17", "--image-size", "64", "64", "--num-sampling-steps", "1", "--crf", "0", "--save-dir", disk.Path];
        disk.Leave(1);
        ClientProgram.Outcome refused = await ClientProgram.Run(line);
        Assert.Equal(4, refused.ExitCode);
        Assert.StartsWith($"opensora: {disk["sample_0000"]} would not find room: the disk of {disk.Path} has 4 KiB free, and it takes ", refused.Errors, StringComparison.Ordinal);
        Assert.Empty(JsonNode.Parse(await Run("jobs", "--json"))!.AsArray());

        disk.Leave(4);
        refused = await ClientProgram.Run(line);
        Assert.Equal(4, refused.ExitCode);
        string id = (string)Assert.Single(JsonNode.Parse(await Run("jobs", "--json"))!.AsArray())!["id"]!;
        Assert.Contains($"the service keeps the video, and opensora watch {id} --server {_service.Address} --save-dir DIR fetches it", refused.Errors, StringComparison.Ordinal);
        Assert.Empty(disk.Files);
        Assert.Equal(Path.Combine(_folder, id + ".mp4"), (await Run("watch", id, "--save-dir", _folder)).Trim());
    }

    [Fact]
    public async Task GenerateBehavesAsLocally()
    {
        string[] flags = ["generate", "--prompt", Prompt, "--json", "--sample-name", "same", "--seed", "7"];
        JsonNode local = JsonNode.Parse(await RunRaw([.. flags, "--threads", "1", "--save-dir", Path.Combine(_folder, "local")]))!;
        JsonNode remote = JsonNode.Parse(await RunRaw([.. flags, "--server", _service.Address, "--save-dir", Path.Combine(_folder, "remote")]))!;
        Assert.Equal(local["sha256"]!.ToJsonString(), remote["sha256"]!.ToJsonString());
        Assert.Equal(local.AsObject().Select(field => field.Key), remote.AsObject().Select(field => field.Key));
        string file = (string)remote["files"]![0]!;
        Assert.Equal(Path.GetFileName((string)local["files"]![0]!), Path.GetFileName(file));
        Assert.Equal(File.ReadAllBytes((string)local["files"]![0]!), File.ReadAllBytes(file));
        JsonNode card = JsonNode.Parse(await Run("cards", "--json"))![0]!;
        Assert.Equal(("card-0", "cpu"), ((string)card["name"]!, (string)card["device"]!));
        Assert.Contains("card-1", await Run("cards"));
    }

    [Fact]
    public async Task ABenchmarkOfAServiceLeavesNothingThere()
    {
        string file = Path.Combine(_folder, "report.json");
        string[] flags = ["--prompt", Prompt, "--num-sampling-steps", "3", "--warmup-count", "1", "--eval-count", "2"];
        JsonNode local = JsonNode.Parse(await RunRaw(["benchmark", .. flags, "--threads", "1", "--save-dir", _folder, "--benchmark-save-path", file, "--json"]))!;
        JsonNode remote = JsonNode.Parse(await RunRaw(["benchmark", .. flags, "--server", _service.Address, "--benchmark-save-path", file, "--json"]))!;
        Assert.Equal(local["sha256"]!.ToJsonString(), remote["sha256"]!.ToJsonString());
        Assert.Equal(local.AsObject().Select(field => field.Key), remote.AsObject().Select(field => field.Key));
        Assert.Equal(3, remote["runs"]!.AsArray().Count);
        Assert.Empty(JsonNode.Parse(await Run("jobs", "--json"))!.AsArray());
    }

    [Fact]
    public async Task ASweepOfAServiceMarksWhatItRefusesAndLeavesNothingThere()
    {
        string folder = Path.Combine(_folder, "sweep");
        await RunRaw(["sweep", "--server", _service.Address, "--out", folder, "--num-sampling-steps", "2,3,1001", "--cards", "1,999", "--num-frames", "1", "--image-size", "36x50", "--warmup-count", "0", "--eval-count", "1"]);
        JsonNode[] results = [.. File.ReadLines(Path.Combine(folder, "results.jsonl")).Select(line => JsonNode.Parse(line)!)];
        Assert.Equal(6, results.Length);
        Assert.Equal([("1", "2"), ("1", "3")], results.Where(result => (string)result["status"]! == "measured")
            .Select(result => ((string)result["flags"]!["cards"]!, (string)result["flags"]!["num-sampling-steps"]!)).Order());
        Assert.Equal(4, results.Count(result => (string)result["status"]! == "infeasible" && ((string)result["reason"]!).Contains(" is ", StringComparison.Ordinal)));
        Assert.Empty(JsonNode.Parse(await Run("jobs", "--json"))!.AsArray());
    }

    /// <summary>Paused in the middle, and branched from there on another number of cards: the demo model's bytes.</summary>
    [Fact]
    public async Task PausedResumedBranchedAndDrained()
    {
        string[] flags = ["--prompt", Prompt, "--num-sampling-steps", "60", "--keep-steps"];
        _service.Hold();
        string id = (await Run("submit", [.. flags, "--cards", "1"])).Trim();
        await _service.UntilHeld();
        Assert.StartsWith("queued, paused", await Run("pause", id), StringComparison.Ordinal);
        Assert.StartsWith("drained: 0 videos have cards, 0 wait", await Run("drain"), StringComparison.Ordinal);
        _service.Release();
        Assert.StartsWith("queued", await Run("resume", id), StringComparison.Ordinal);
        Assert.StartsWith("working: ", await Run("undrain"), StringComparison.Ordinal);
        JsonNode whole = await Watched(id);

        // The same from there on is the same; another prompt is another video, whichever cards make it.
        JsonNode same = await Watched((await Run("branch", id, "--from-step", "40", "--cards", "2")).Trim());
        Assert.Equal(whole["sha256"]!.ToJsonString(), same["sha256"]!.ToJsonString());
        Assert.Equal((40, (long)whole["tokensComputed"]! * 20 / 24), ((int)same["fromStep"]!, (long)same["tokensComputed"]!));
        string[] other = ["--from-step", "40", "--prompt", "a blue square moving left on a white background", "--cfg-scale", "5"];
        JsonNode one = await Watched((await Run("branch", [id, .. other, "--cards", "1"])).Trim()), two = await Watched((await Run("branch", [id, .. other, "--cards", "2"])).Trim());
        Assert.Equal(one["sha256"]!.ToJsonString(), two["sha256"]!.ToJsonString());
        Assert.NotEqual(whole["sha256"]!.ToJsonString(), one["sha256"]!.ToJsonString());

        async Task<JsonNode> Watched(string video) => JsonNode.Parse(await Run("watch", video, "--json"))!;
    }

    [Fact]
    public async Task CancellingAndRefusalsAreTold()
    {
        string id = (await Run("submit", "--prompt", Prompt, "--num-sampling-steps", "1000")).Trim();
        Assert.Equal("cancelled", (await Run("cancel", id)).Trim());
        ClientProgram.Outcome watched = await ClientProgram.Run(["watch", id, "--server", _service.Address]);
        Assert.Equal(130, watched.ExitCode);
        foreach ((int code, string words, string[] line) in new (int, string, string[])[]
        {
            (2, "nothing to cancel", ["cancel", id]),
            (2, "video_none", ["status", "video_none"]),
            (2, "--prompt", ["submit"]),
            (2, "from 1 to 1000", ["submit", "--prompt", "x", "--num-sampling-steps", "0"]),
            (2, "'watermark' is not known", ["submit", "--prompt", "x", "--watermark"]),
            (2, "--num-sample", ["submit", "--prompt", "x", "--num-sample", "2"]),
        })
        {
            ClientProgram.Outcome outcome = await ClientProgram.Run([.. line, "--server", _service.Address]);
            Assert.True(code == outcome.ExitCode, $"{string.Join(' ', line)}: {outcome.ExitCode}, {outcome.Errors}");
            Assert.Contains(words, outcome.Errors);
        }
        ClientProgram.Outcome nobody = await ClientProgram.Run(["jobs", "--server", "http://127.0.0.1:1"]);
        Assert.Equal(4, nobody.ExitCode);
        Assert.Contains("opensora serve", nobody.Errors);
    }

    [Fact]
    public async Task InterruptingGenerateCancelsItThere()
    {
        using Process process = ClientProgram.Start(["generate", "--server", _service.Address, "--prompt", Prompt, "--num-sampling-steps", "1000"]);
        while (await process.StandardError.ReadLineAsync() is { } line && !line.StartsWith("denoise", StringComparison.Ordinal))
        {
        }
        Process.Start("kill", ["-INT", $"{process.Id}"]).WaitForExit();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(130, process.ExitCode);
        Assert.DoesNotContain(JsonNode.Parse(await Run("jobs", "--json"))!.AsArray(), video => (string?)video!["status"] is "queued" or "in_progress");
    }

    private Task<string> Run(string command, params string[] more) => RunRaw([command, .. more, .. command == "generate" ? [] : new[] { "--server", _service.Address }]);

    private static async Task<string> RunRaw(string[] line)
    {
        ClientProgram.Outcome outcome = await ClientProgram.Run(line);
        Assert.True(outcome.ExitCode == 0, $"{string.Join(' ', line)}: {outcome.Errors}");
        return outcome.Output;
    }
}
