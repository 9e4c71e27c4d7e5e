using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using OpenSora.TestKit;

namespace OpenSora.Client.Tests;

/// <summary>A machine with things missing, as a user sends it to us: exit code, findings and remedies of the real program.</summary>
public sealed class DoctorTests : IDisposable
{
    private static readonly string s_home = MakeHome();
    private readonly string _folder = Directory.CreateTempSubdirectory("opensora-test").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>A port that is taken is no obstacle.</summary>
    [Fact]
    public async Task AMachineThatHasAllWorksAndKeepsNothing()
    {
        using TcpListener other = new(IPAddress.Loopback, 8080);
        try
        {
            other.Start();
        }
        catch (SocketException)
        {
            // Taken by another process: as good.
        }
        string state = Path.Combine(_folder, "state");
        Diagnosis diagnosis = await Diagnosis.Of(["--save-dir", Path.Combine(_folder, "videos")], ("OPENSORA_STATE", state));
        Assert.Equal(0, diagnosis.ExitCode);
        Assert.True(diagnosis.Works);
        foreach (string name in new[] { "processor", "memory", "torch", "dit", "t5", "vae2d", "vae3d", "cpu", "cuda", "gcu", "verify cpu", "settings", "ffmpeg", "ports", "service", "state", "store", "videos", "clock" })
            Assert.NotEqual("broken", diagnosis.Health(name));
        Assert.Matches(@"^torch [0-9.]+ \S+, .*, C\+\+ ABI cxx11, TorchSharp's, in /", diagnosis.Told("torch"));
        Assert.Matches($"^[0-9]+ cases of {s_home}/tests/golden, at most 0[.][0-9]+ of the tolerance$", diagnosis.Told("verify cpu"));
        Assert.Contains(state, diagnosis.Told("state"), StringComparison.Ordinal);
        Assert.All(diagnosis.Findings, finding => Assert.Equal(finding["health"]!.GetValue<string>() == "ok", finding["remedy"] is null));
        Assert.Equal("weak", diagnosis.Health("service"));
        Assert.Contains("--urls", diagnosis.Remedy("service"), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact]
    public async Task NoSecretIsTold()
    {
        ClientProgram.Outcome outcome = await ClientProgram.Run(
            ["doctor", "--device", "cpu"], ("OPENSORA_HOME", s_home), ("OPENSORA_TOKEN", "hushed-token"), ("OPENSORA_DATABASE", "Host=nowhere;Password=hushed-word"), ("OPENAI_API_KEY", "hushed-key"));
        Assert.Contains("OPENSORA_DATABASE, OPENSORA_HOME, OPENSORA_STATE, OPENSORA_TOKEN", outcome.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("hushed", outcome.Output + outcome.Errors, StringComparison.Ordinal);
    }

    /// <summary>Everything at once: no finding is lost to another.</summary>
    [Fact]
    public async Task EachThingThatIsMissingIsTold()
    {
        string dit = Copy("dit");
        string weights = Path.Combine(dit, "model.safetensors");
        File.WriteAllBytes(weights, File.ReadAllBytes(weights)[..^100]);
        string file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");

        Diagnosis diagnosis = await Diagnosis.Of(
            ["--ckpt-path-dit", dit, "--ckpt-path-t5", Path.Combine(_folder, "none"), "--ckpt-path-vae2d", Demo("vae2d"), "--save-dir", Path.Combine(file, "videos")],
            ("PATH", _folder), ("OPENSORA_TORCH", _folder), ("OPENSORA_STATE", Path.Combine(file, "state")), ("OPENSORA_CLUSTER_REST", "soon"));

        Assert.Equal(1, diagnosis.ExitCode);
        Assert.False(diagnosis.Works);
        diagnosis.IsBroken("torch", $"OPENSORA_TORCH is {_folder}", "start through ./opensora");
        diagnosis.IsBroken("dit", weights, "download");
        diagnosis.IsBroken("t5", Path.Combine(_folder, "none"), "download the folder again");
        diagnosis.IsBroken("vae3d", "--ckpt-path-vae3d was not given", "give all four");
        diagnosis.IsBroken("ffmpeg", "ffmpeg was not found", "apt-get install ffmpeg");
        diagnosis.IsBroken("settings", "OPENSORA_CLUSTER_REST=soon", "docs/settings.md");
        diagnosis.IsBroken("state", $"{file} is a file", "OPENSORA_STATE");
        diagnosis.IsBroken("videos", $"{file} is a file", "--save-dir");
        Assert.Equal("weak", diagnosis.Health("store"));
        foreach (string name in new[] { "processor", "vae2d", "ports" })
            Assert.Equal("ok", diagnosis.Health(name));
    }

    /// <summary>With a torch, keys and shapes are compared with the network's, and each folder is on its own.</summary>
    [Fact]
    public async Task ADamagedCheckpointFolderIsNamed()
    {
        string vae2d = Copy("vae2d"), dit = Copy("dit");
        File.Delete(Directory.EnumerateFiles(vae2d, "config.json", SearchOption.AllDirectories).Single());
        string config = Path.Combine(dit, "config.json");
        JsonNode changed = JsonNode.Parse(File.ReadAllText(config))!;
        changed["depth"] = changed["depth"]!.GetValue<int>() + 1;
        File.WriteAllText(config, changed.ToJsonString());

        Diagnosis diagnosis = await Diagnosis.Of(["--device", "cpu", "--ckpt-path-dit", dit, "--ckpt-path-t5", Demo("t5"), "--ckpt-path-vae2d", vae2d, "--ckpt-path-vae3d", Demo("vae3d")]);

        Assert.Equal(1, diagnosis.ExitCode);
        diagnosis.IsBroken("dit", "does not fit the network", "of the same model");
        diagnosis.IsBroken("vae2d", "config.json", "download the folder again");
        Assert.Equal("ok", diagnosis.Health("t5"));
        Assert.Equal("ok", diagnosis.Health("verify cpu"));
    }

    [Fact]
    public async Task ACardWithTooLittleMemoryHidesNoOther()
    {
        Diagnosis diagnosis = await Diagnosis.Of(
            [], (TestCard.TorchVariable, TestCard.Torch), (TestCard.Variable, TestCard.Library), ("TESTCARD_COUNT", "1"), ("TESTCARD_MEMORY_BYTES", "4000000"));
        Assert.Equal(1, diagnosis.ExitCode);
        diagnosis.IsBroken("verify gcu:0", "out of memory", "end what else uses the device");
        Assert.Equal("ok", diagnosis.Health("gcu:0"));
        Assert.Contains("computes in float32, memory not told", diagnosis.Told("gcu:0"), StringComparison.Ordinal);
        Assert.Equal("ok", diagnosis.Health("verify cpu"));
        Assert.Contains("this machine's, in /usr/lib", diagnosis.Told("torch"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ALibraryThatWasNamedAndDoesNotLoadIsTold()
    {
        Diagnosis diagnosis = await Diagnosis.Of([], (TestCard.TorchVariable, TestCard.Torch), (TestCard.Variable, "/nowhere/lib.so"));
        Assert.Equal(1, diagnosis.ExitCode);
        diagnosis.IsBroken("gcu", "/nowhere/lib.so", "OPENSORA_GCU_LIBRARY");
        Assert.Equal("ok", diagnosis.Health("verify cpu"));
    }

    /// <summary>A program that says nothing, as a driver that hangs, or ends: what it would have told is missing, and nothing else.</summary>
    [Theory]
    [InlineData("sleep 600", "no answer within 1 s", "--patience")]
    [InlineData("echo undefined symbol: foo >&2; kill -SEGV $$", "signal 11: undefined symbol: foo", "send us this page")]
    public async Task ACardThatSaysNothingIsTold(string script, string told, string remedy)
    {
        string card = Path.Combine(_folder, "card");
        File.WriteAllText(card, $"#!/bin/sh\n{script}\n");
        using (Process chmod = Process.Start("chmod", ["+x", card]))
            await chmod.WaitForExitAsync();
        Diagnosis diagnosis = await Diagnosis.Of(["--patience", script.StartsWith("sleep", StringComparison.Ordinal) ? "1" : "300"], ("OPENSORA_CARD", card));
        Assert.Equal(1, diagnosis.ExitCode);
        diagnosis.IsBroken("card", told, remedy);
    }

    [Fact]
    public async Task APublishedProgramHasNoCasesAndTriesTheDemoModel()
    {
        Directory.CreateSymbolicLink(Path.Combine(_folder, "models"), Path.Combine(Repository.Root, "models"));
        Diagnosis diagnosis = await Diagnosis.Of(["--device", "cpu"], ("OPENSORA_HOME", _folder));
        Assert.Equal(0, diagnosis.ExitCode);
        Assert.Contains("1 check of the demo model (what was published has no reference tensors)", diagnosis.Told("verify cpu"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutAnyModelNothingCanBeMade()
    {
        Diagnosis diagnosis = await Diagnosis.Of(["--device", "cpu"], ("OPENSORA_HOME", _folder));
        Assert.Equal(1, diagnosis.ExitCode);
        diagnosis.IsBroken("models", "no demo model", "--ckpt-path-dit");
    }

    /// <summary>File systems of their own: one is read-only, one has room for less than what is tried.</summary>
    [Fact]
    public async Task AFolderThatTakesNothingIsTold()
    {
        string state = Directory.CreateDirectory(Path.Combine(_folder, "state")).FullName, videos = Directory.CreateDirectory(Path.Combine(_folder, "videos")).FullName;
        Diagnosis diagnosis = await Diagnosis.Within(
            ["unshare", "--map-root-user", "--mount", "sh", "-c", $"mount -t tmpfs -o ro none {state} && mount -t tmpfs -o size=64k none {videos} && exec \"$@\"", "sh"],
            ["--device", "cpu", "--save-dir", videos], ("OPENSORA_STATE", state));
        Assert.Equal(1, diagnosis.ExitCode);
        diagnosis.IsBroken("state", $"{state} cannot be written to", "set OPENSORA_STATE");
        diagnosis.IsBroken("videos", $"{videos} cannot be written to", "--save-dir");
        Assert.Equal("weak", diagnosis.Health("store"));
        Assert.Equal("ok", diagnosis.Health("verify cpu"));
    }

    [Fact]
    public async Task OnOneScreen()
    {
        ClientProgram.Outcome outcome = await ClientProgram.Run(["doctor", "--device", "tpu"]);
        Assert.Equal(1, outcome.ExitCode);
        string[] lines = outcome.Output.TrimEnd().Split('\n');
        Assert.InRange(lines.Length, 15, 40);
        int at = Array.FindIndex(lines, line => line.StartsWith("broken  tpu ", StringComparison.Ordinal));
        Assert.Contains("is unknown", lines[at], StringComparison.Ordinal);
        Assert.Contains("→ ", lines[at + 1], StringComparison.Ordinal);
        Assert.Matches("^a generation would not work here: 1 broken", lines[^1]);
        Assert.Empty(outcome.Errors);
    }

    /// <summary>A clone with some cases of each kind that a device computes: all of them are <see cref="VerifyTests"/>'.</summary>
    private static string MakeHome()
    {
        string home = Directory.CreateTempSubdirectory("opensora-home").FullName, golden = Directory.CreateDirectory(Path.Combine(home, "tests", "golden")).FullName;
        Directory.CreateSymbolicLink(Path.Combine(home, "models"), Path.Combine(Repository.Root, "models"));
        foreach (string name in new[] { "checkpoints", "case1_stdit3", "case4_t5", "case8_randn" })
            Directory.CreateSymbolicLink(Path.Combine(golden, name), Path.Combine(Repository.Golden, name));
        return home;
    }

    private static string Demo(string part) => Path.Combine(Repository.Root, "models", "demo", part);

    private string Copy(string part)
    {
        string to = Path.Combine(_folder, part);
        foreach (string file in Directory.EnumerateFiles(Demo(part), "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(to, Path.GetRelativePath(Demo(part), file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
        return to;
    }

    /// <summary>The document of <c>doctor --json</c>.</summary>
    private sealed record Diagnosis(int ExitCode, JsonNode Report)
    {
        public bool Works => Report["works"]!.GetValue<bool>();

        public IEnumerable<JsonNode> Findings => Report["findings"]!.AsArray().Select(finding => finding!);

        public static Task<Diagnosis> Of(string[] flags, params (string Name, string Value)[] environment) => Within([], flags, environment);

        /// <param name="within">Command and arguments that run what follows.</param>
        public static async Task<Diagnosis> Within(string[] within, string[] flags, params (string Name, string Value)[] environment)
        {
            using Process process = ClientProgram.StartWithin(within, ["doctor", "--json", .. flags], [("OPENSORA_HOME", s_home), .. environment]);
            Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
            using CancellationTokenSource deadline = new(TimeSpan.FromMinutes(5));
            await process.WaitForExitAsync(deadline.Token);
            Assert.Equal("", await errors);
            return new Diagnosis(process.ExitCode, JsonNode.Parse(await output)!);
        }

        public string Health(string name) => Of(name, "health");

        public string Told(string name) => Of(name, "told");

        public string Remedy(string name) => Of(name, "remedy");

        public void IsBroken(string name, string told, string remedy)
        {
            Assert.Equal("broken", Health(name));
            Assert.Contains(told, Told(name), StringComparison.Ordinal);
            Assert.Contains(remedy, Remedy(name), StringComparison.Ordinal);
        }

        private string Of(string name, string field) => Assert.Single(Findings, finding => finding["name"]!.GetValue<string>() == name)[field]!.GetValue<string>();
    }
}
