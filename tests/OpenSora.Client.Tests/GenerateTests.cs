using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using OpenSora.TestKit;
using Xunit.Abstractions;

namespace OpenSora.Client.Tests;

/// <summary>Whole runs with the demo model, small.</summary>
public sealed class GenerateTests(ITestOutputHelper output) : IDisposable
{
    private static Task<(string Hashes, byte[] File)>? s_plain;
    private readonly string _folder = Directory.CreateTempSubdirectory("opensora-test").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task SameCommandLineGivesTheSameBytesAndALatentGoesThroughAFile()
    {
        string saved = Path.Combine(_folder, "latent.safetensors");
        (string hashes, byte[] file) = await Plain();
        JsonNode second = await Generate("b", "--save-latent", saved);
        Assert.Equal(hashes, second["sha256"]!.ToJsonString());
        Assert.Equal(file, File.ReadAllBytes(second["files"]![0]!.GetValue<string>()));
        JsonNode from = await Generate("c", "--latent-noise", saved);
        Assert.NotEqual(second["sha256"]!["latent"]!.GetValue<string>(), from["sha256"]!["latent"]!.GetValue<string>());
        ClientProgram.Outcome wrong = await ClientProgram.Run(Arguments("d", "--latent-noise", saved, "--num-frames", "51"));
        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("latent.safetensors", wrong.Errors);
    }

    [Fact]
    public async Task ReportTellsTheRunWhichAnotherSeedMakesAnother()
    {
        JsonNode report = await Generate("a", "--seed", "7", "--save-fps", "12");
        Assert.Equal("a red ball", report["prompt"]!.GetValue<string>());
        Assert.Equal(7, report["seed"]!.GetValue<int>());
        Assert.Equal("cpu", report["device"]!.GetValue<string>());
        Assert.Contains(", units of 512 rows, ", report["kind"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("bf16", report["dtype"]!.GetValue<string>());
        Assert.Equal(1, report["cards"]!.GetValue<int>());
        Assert.Equal((32, 48, 20, 12, 2), (Int("height"), Int("width"), Int("frames"), Int("fps"), Int("steps")));
        foreach (string stage in new[] { "load", "encode", "denoise", "decode", "write", "total" })
            Assert.True(report["seconds"]![stage]!.GetValue<double>() >= 0);
        Assert.True(report["peakMemoryBytes"]!.GetValue<long>() > 1 << 20);
        JsonNode plain = JsonNode.Parse((await Plain()).Hashes)!;
        foreach (string what in new[] { "latent", "frames" })
        {
            Assert.Matches("^[0-9a-f]{64}$", report["sha256"]![what]!.GetValue<string>());
            Assert.NotEqual(plain[what]!.GetValue<string>(), report["sha256"]![what]!.GetValue<string>());
        }

        int Int(string name) => report[name]!.GetValue<int>();
    }

    [Fact]
    public async Task LoopsPromptsAndSamplesMakeTheirFiles()
    {
        JsonNode report = await Generate("many", "--prompt", "one", "two", "--num-sample", "2", "--loop", "2", "--num-frames", "34", "--batch-size", "2");
        string[] names = [.. report["files"]!.AsArray().Select(file => Path.GetFileName(file!.GetValue<string>()))];
        Assert.Equal(["many_0000-0.mp4", "many_0001-0.mp4", "many_0000-1.mp4", "many_0001-1.mp4"], names);
        Assert.Equal(34 + 34 - 17, report["frames"]!.GetValue<int>());
        Assert.Equal(4, report["samples"]!.AsArray().Select(sample => sample!["sha256"]!["frames"]!.GetValue<string>()).Distinct().Count());
    }

    [Fact]
    public async Task MemoryDoesNotGrowWithTheClip()
    {
        string[] size = ["--image-size", "96", "160", "--num-sampling-steps", "1"];
        JsonNode shorter = await Generate("short", [.. size, "--num-frames", "51"]), longer = await Generate("long", [.. size, "--num-frames", "255"]);
        double ratio = longer["peakMemoryBytes"]!.GetValue<double>() / shorter["peakMemoryBytes"]!.GetValue<double>();
        Assert.True(ratio < 1.1, $"255 frames need {ratio:0.00} times the memory of 51");
    }

    [Fact]
    public async Task AClientThatIsKilledTakesItsProcessesAlong()
    {
        using Process process = ClientProgram.Start(Arguments("orphan", "--num-sampling-steps", "1000"));
        while (await process.StandardError.ReadLineAsync() is { } line && !line.StartsWith("denoise", StringComparison.Ordinal))
        {
        }
        IReadOnlyList<int> started = Processes.Descendants(process.Id);
        Assert.True(started.Count >= 2);
        process.Kill();
        using CancellationTokenSource deadline = new(TimeSpan.FromMinutes(1));
        while (started.Any(Processes.Exists))
            await Task.Delay(50, deadline.Token);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    /// <summary>There is room for as much as it takes at the least, and for no more; then there is room.</summary>
    [Fact]
    public async Task AFullDiskLeavesNoFileAndTheJobGoesOn()
    {
        using SmallDisk? disk = SmallDisk.Of(256, output.WriteLine);
        if (disk is null)
            return;
        string[] line = Arguments("x", "--save-dir", disk.Path, "--num-sampling-steps", "1", "--crf", "0", "--image-size", "96", "96", "--overwrite", "never");
        disk.Leave(1);
        ClientProgram.Outcome outcome = await ClientProgram.Run(line);
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains($"opensora: the disk of {disk.Path} has 4 KiB free, and what is to be made takes ", outcome.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("encode", outcome.Errors, StringComparison.Ordinal);

        disk.Leave(5);
        outcome = await ClientProgram.Run(line);
        Assert.Equal(4, outcome.ExitCode);
        Assert.Contains($"opensora: {disk["x_0000.mp4"]} could not be written: the disk of {disk.Path} is full, ", outcome.Errors, StringComparison.Ordinal);
        Assert.Empty(disk.Files);
        string job = outcome.Errors[(outcome.Errors.IndexOf("--resume ", StringComparison.Ordinal) + "--resume ".Length)..].Split(['\n', ' '])[0];

        disk.Leave(200);
        File.WriteAllText(disk["x_0000.mp4"], "of another");
        outcome = await ClientProgram.Run(["generate", "--resume", job]);
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains($"{disk["x_0000.mp4"]} is there, job {job} has not made it, and --overwrite never keeps it", outcome.Errors, StringComparison.Ordinal);
        Assert.Equal("of another", File.ReadAllText(disk["x_0000.mp4"]));
        File.Delete(disk["x_0000.mp4"]);

        outcome = await ClientProgram.Run(["generate", "--resume", job]);
        Assert.Equal((0, disk["x_0000.mp4"]), (outcome.ExitCode, outcome.Output.TrimEnd()));
        Assert.Equal(["x_0000.mp4"], disk.Files);
        Assert.DoesNotContain("denoise", outcome.Errors, StringComparison.Ordinal);
    }

    /// <summary>The second one ends before its card starts, and the first one does not notice; Ctrl-C stops that within a step, and it leaves no file.</summary>
    [Fact]
    public async Task TwoRunsAtOnceNeverHaveOneName()
    {
        string held = Path.Combine(ClientProgram.State, "held");
        File.WriteAllText(held, "");
        using Process first = ClientProgram.Start(Arguments("one", "--num-sampling-steps", "1000"), ("OPENSORA_FAULTS", $"hold={held}@step=1:before-switch"));
        while (await first.StandardError.ReadLineAsync() is { } line && !line.StartsWith("denoise", StringComparison.Ordinal))
        {
        }
        ClientProgram.Outcome second = await ClientProgram.Run(Arguments("one"));
        Assert.Equal(2, second.ExitCode);
        Assert.Contains($"{Path.Combine(_folder, "one_0000")} is being made by another run: ", second.Errors, StringComparison.Ordinal);
        JsonNode third = await Generate("one", "--overwrite", "number");
        Assert.Equal(Path.Combine(_folder, "one_0001.mp4"), third["files"]![0]!.GetValue<string>());
        Assert.False(first.HasExited);
        using Process kill = Process.Start("kill", ["-INT", first.Id.ToString()])!;
        File.Delete(held);
        Task<string> errors = first.StandardError.ReadToEndAsync();
        await first.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(130, first.ExitCode);
        Assert.Contains("stopped", await errors);
        Assert.Equal(["one_0001.mp4"], Directory.EnumerateFileSystemEntries(_folder).Select(Path.GetFileName));
    }

    /// <summary>A small run; later flags replace earlier ones of the same name.</summary>
    private string[] Arguments(string name, params string[] more)
    {
        List<string> arguments =
        [
            "generate", "--sample-name", name, "--save-dir", _folder, "--image-size", "36", "50", "--device", "cpu", "--threads", "2",
            "--prompt", "a red ball", "--num-frames", "20", "--num-sampling-steps", "2",
        ];
        foreach (string flag in more.Where(word => word.StartsWith("--", StringComparison.Ordinal)))
            if (arguments.IndexOf(flag) is var at and >= 0)
                arguments.RemoveRange(at, flag == "--image-size" ? 3 : 2);
        return [.. arguments, .. more];
    }

    /// <summary>What the small run makes; made once.</summary>
    private Task<(string Hashes, byte[] File)> Plain()
    {
        return s_plain ??= Make();

        async Task<(string, byte[])> Make()
        {
            JsonNode report = await Generate("plain");
            return (report["sha256"]!.ToJsonString(), File.ReadAllBytes(report["files"]![0]!.GetValue<string>()));
        }
    }

    private async Task<JsonNode> Generate(string name, params string[] more)
    {
        ClientProgram.Outcome outcome = await ClientProgram.Run(Arguments(name, [.. more, "--json"]));
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        return JsonNode.Parse(outcome.Output) ?? throw new JsonException("no document");
    }
}
