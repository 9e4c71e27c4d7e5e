using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using OpenSora.TestKit;

namespace OpenSora.Client.Tests;

/// <summary>One video on several card processes, undisturbed and disturbed: always the same bytes.</summary>
[Collection(SharedService.Name)]
public sealed class CardsTests(SharedService shared) : IAsyncLifetime
{
    private static readonly ConcurrentDictionary<string, Task<string>> s_calm = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("opensora-test").FullName;
    private readonly ServiceProgram _service = shared.Program;

    public Task InitializeAsync() => _service.Settle();

    public Task DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    /// <summary>
    /// A pause of one run after the step that the tests wait for, so that even a busy machine does what it is to do while there are steps left; in
    /// whichever epoch that step is: a gang may have grown before.
    /// </summary>
    private (string, string) Pause => ("OPENSORA_FAULTS", $"delay=6000@step=32:before-switch;once={Path.Combine(_folder, $"paused-{Guid.NewGuid():n}")}");

    /// <summary>For as long as this file is there, all cards of a run stand still before a step.</summary>
    private string Held => Path.Combine(_folder, "held");

    public static TheoryData<string[]> Videos =>
    [
        ["--dtype", "fp32", "--image-size", "40", "72"],
        ["--loop", "2", "--num-frames", "34", "--reference-path", "REFERENCE", "--mask-strategy", "0"],
        .. Thorough.IsAsked ? new string[][] { ["--dtype", "bf16"], ["--num-frames", "1"] } : [],
    ];

    [Theory]
    [MemberData(nameof(Videos))]
    public async Task AnyNumberOfCardsGivesTheSameBytes(string[] more)
    {
        string[] flags = [.. more.Select(word => word == "REFERENCE" ? Path.Combine(Repository.Golden, "case9_e2e", "ref_a.png") : word)];
        JsonNode one = await There("1", 1, flags), two = await There("2", 2, flags);
        Assert.Equal(one["sha256"]!.ToJsonString(), two["sha256"]!.ToJsonString());
        Assert.Equal(one["tokensComputed"]!.GetValue<long>(), two["tokensComputed"]!.GetValue<long>());
        Assert.Equal(2, two["cardUses"]!.AsArray().Count);
        if (more.Contains("--reference-path"))
            Assert.NotEqual((await There("without", 1, more[..4]))["sha256"]!["latent"]!.GetValue<string>(), one["sha256"]!["latent"]!.GetValue<string>());
    }

    [Fact]
    public async Task NoMoreIsSentThanTheBound()
    {
        JsonNode sent = (await There("sent", 2, "--image-size", "144", "256", "--num-frames", "51", "--num-sampling-steps", "1"))["bytesSent"]!;
        Assert.Equal(sent["total"]!.GetValue<long>(), sent["perCard"]!.AsArray().Sum(card => card!.GetValue<long>()));
        Assert.True(sent["total"]!.GetValue<double>() <= 1.01 * sent["bound"]!.GetValue<double>(), sent.ToJsonString());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task CardsThatAreKilledCostAStepAtMost(int killed)
    {
        string calm = await Calm();
        (JsonNode report, string errors) = await KillThere(killed);
        Assert.Equal(calm, report["sha256"]!.ToJsonString());
        AStepForEachLossAtMost(report, "card-1");
        Assert.Equal(killed == 2, errors.Contains("card-0 is lost", StringComparison.Ordinal));
    }

    /// <summary>With cards that compute nothing: <c>TroubleTests</c>.</summary>
    [Fact, Trait(Thorough.Run, Thorough.All)]
    public async Task ACardThatIsSilentCostsAStepAtMost()
    {
        string calm = await Calm();
        File.WriteAllText(Held, "");
        using Process process = ClientProgram.Start(Arguments("lost", "--num-sampling-steps", "60", "--cards", "2", "--json"), ("OPENSORA_FAULTS", $"hold={Held}@step=32:before-switch"));
        await UntilStep(process, 20);
        Signal("-STOP", Processes.CardsOf(process.Id)["card-1"]);
        File.Delete(Held);
        (JsonNode report, _) = await Report(process);
        Assert.Equal(calm, report["sha256"]!.ToJsonString());
        AStepForEachLossAtMost(report, "card-1");
    }

    /// <summary>With a cache the gang goes back to the last step that takes nothing from earlier ones: of 60 steps 32 or 28, after 36 were done. None is so near that a rank that hands in late would decide.</summary>
    [Theory]
    [InlineData("fb:0.3")]
    [InlineData("pab")]
    public async Task WithACacheItCostsTheStepsSinceTheLastFreshOne(string cache)
    {
        string calm = await Calm(cache);
        Assert.NotEqual(await Calm(), calm);
        (JsonNode report, string errors) = await KillThere(1, "--cache", cache);
        Assert.Equal(calm, report["sha256"]!.ToJsonString());
        int losses = report["losses"]!.AsArray().Count;
        Assert.True(losses > 0, errors);
        Assert.InRange(report["recomputedSteps"]!.GetValue<int>(), 3, 12 * losses);
        Assert.Contains($"cache {cache}: a gang can go on after step", errors);
        Assert.True(report["cache"]!["taken"]!.GetValue<long>() > 0);
    }

    /// <summary>One card is a part of the coordinator's process.</summary>
    [Theory]
    [InlineData("-INT", 130, 1, "none")]
    [InlineData("-KILL", 4, 1, "fb:0.3")]
    public async Task AJobThatWasStoppedOrCrashedGoesOnFromItsLastStep(string signal, int exitCode, int cards, string cache)
    {
        string calm = await Calm(cache);
        using Process process = ClientProgram.Start(Arguments("stopped", "--num-sampling-steps", "60", "--cards", $"{cards}", "--verbose", "1", "--cache", cache), Pause);
        await UntilStep(process, 20);
        Signal(signal, signal == "-INT" ? process.Id : Processes.CoordinatorOf(process.Id));
        string errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(exitCode, process.ExitCode);
        string job = errors[(errors.IndexOf("--resume ", StringComparison.Ordinal) + "--resume ".Length)..].Split(['\n', ' '])[0];
        ClientProgram.Outcome outcome = await ClientProgram.Run(["generate", "--resume", job, "--cards", "1", "--json"]);
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        Assert.Equal(calm, JsonNode.Parse(outcome.Output)!["sha256"]!.ToJsonString());
        Assert.DoesNotContain("denoise: 0 of", outcome.Errors);
        ClientProgram.Outcome again = await ClientProgram.Run(["generate", "--resume", job]);
        Assert.Equal(2, again.ExitCode);
        Assert.Contains("no such job", again.Errors);
    }

    [Fact]
    public async Task ACardJoinsWhileItWorks()
    {
        string address = $"127.0.0.1:{FreePort()}", secret = Path.Combine(_folder, "token");
        File.WriteAllText(secret, "a secret of this test\n");
        TestAuthority authority = new(Path.Combine(_folder, "authority"));
        (string, string)[] Member(string name) => [("OPENSORA_TOKEN_FILE", secret), .. authority.Environment(name)];
        string calm = await Calm();
        File.WriteAllText(Held, "");
        using Process process = ClientProgram.Start(
            Arguments("joined", "--num-sampling-steps", "60", "--listen", address, "--json"),
            [.. Member("silo"), .. ClientProgram.Patient, ("OPENSORA_FAULTS", $"hold={Held}@step=10:before-switch")]);
        await UntilStep(process, 0);
        using Process card = ClientProgram.Start(["card", "guest", "--join", address, "--device", "cpu", "--threads", "1"], Member("guest"));
        await UntilLine(process, line => line.EndsWith("guest came and has loaded the networks", StringComparison.Ordinal));
        File.Delete(Held);
        JsonNode report = JsonNode.Parse(await process.StandardOutput.ReadToEndAsync())!;
        Signal("-TERM", card.Id);
        await card.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(calm, report["sha256"]!.ToJsonString());
        Assert.Contains(report["cardUses"]!.AsArray(), use => use!["name"]!.GetValue<string>() == "guest" && use["tokensComputed"]!.GetValue<long>() > 0);
        Assert.Equal(0, report["recomputedSteps"]!.GetValue<int>());
    }

    [Fact]
    public async Task ACardOfAnotherAuthorityOrOfNoneIsLeftOut()
    {
        string address = $"127.0.0.1:{FreePort()}";
        TestAuthority ours = new(Path.Combine(_folder, "ours")), theirs = new(Path.Combine(_folder, "theirs"));
        File.WriteAllText(Held, "");
        using Process process = ClientProgram.Start(
            Arguments("alone", "--num-sampling-steps", "1000", "--listen", address),
            [("OPENSORA_TOKEN", "secret"), ("OPENSORA_FAULTS", $"hold={Held}@step=1:before-switch"), .. ours.Environment("silo")]);
        await UntilStep(process, 0);
        string[] line = ["card", "stranger", "--join", address, "--device", "cpu", "--threads", "1"];
        ClientProgram.Outcome stranger = await ClientProgram.Run(line, [("OPENSORA_TOKEN", "secret"), .. theirs.Environment("card")]);
        Assert.Equal(2, stranger.ExitCode);
        Assert.Contains("another token or authority", stranger.Errors);
        using (Process card = ClientProgram.Start(line, ("OPENSORA_TOKEN", "secret")))
        {
            Assert.Contains("does not answer", await card.StandardError.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1)));
            Signal("-TERM", card.Id);
            await card.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        }
        Assert.Single(Processes.CardsOf(process.Id));
        File.Delete(Held);
        Signal("-INT", process.Id);
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(130, process.ExitCode);
    }

    /// <summary>A machine that runs many tests at once may be too busy for another card to say that it lives in time: that costs a step, too, and no byte.</summary>
    private static void AStepForEachLossAtMost(JsonNode report, string lost)
    {
        string[] losses = [.. report["losses"]!.AsArray().Select(loss => loss!["name"]!.GetValue<string>())];
        Assert.Contains(lost, losses);
        Assert.InRange(report["recomputedSteps"]!.GetValue<int>(), 0, losses.Length);
    }

    [Fact]
    public async Task MoreCardsThanCanShareAClipAreRefused()
    {
        ClientProgram.Outcome outcome = await ClientProgram.Run(Arguments("many", "--cards", "13"));
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("--cards is 13, but 12 is the most", outcome.Errors);
    }

    private string[] Arguments(string name, params string[] more)
    {
        List<string> arguments =
        [
            "generate", "--sample-name", name, "--save-dir", _folder, "--image-size", "36", "50",
            "--prompt", "a red ball", "--num-frames", "20", "--num-sampling-steps", "2", .. more.Contains("--server") ? [] : new[] { "--device", "cpu", "--threads", "1" },
        ];
        foreach (string flag in more.Where(word => word.StartsWith("--", StringComparison.Ordinal)))
            if (arguments.IndexOf(flag) is var at and >= 0)
                arguments.RemoveRange(at, flag == "--image-size" ? 3 : 2);
        return [.. arguments, .. more];
    }

    /// <summary>No card is at fault, none is lost or tried again, and there is nothing to go on with.</summary>
    [Fact]
    public async Task WeightsThatAreNotFiniteEndTheJob()
    {
        string demo = Path.Combine(Repository.Root, "models", "demo"), dit = Directory.CreateDirectory(Path.Combine(_folder, "dit")).FullName;
        File.Copy(Path.Combine(demo, "dit", "config.json"), Path.Combine(dit, "config.json"));
        byte[] weights = File.ReadAllBytes(Path.Combine(demo, "dit", "model.safetensors"));
        int header = BinaryPrimitives.ReadInt32LittleEndian(weights);
        JsonArray place = JsonNode.Parse(weights.AsSpan(8, header))!["final_layer.linear.weight"]!["data_offsets"]!.AsArray();
        MemoryMarshal.Cast<byte, float>(weights.AsSpan(8 + header + (int)place[0]!, (int)place[1]! - (int)place[0]!)).Fill(float.NaN);
        File.WriteAllBytes(Path.Combine(dit, "model.safetensors"), weights);
        ClientProgram.Outcome outcome = await ClientProgram.Run(
            Arguments("nan", "--cards", "1", "--ckpt-path-dit", dit, "--ckpt-path-t5", $"{demo}/t5", "--ckpt-path-vae2d", $"{demo}/vae2d", "--ckpt-path-vae3d", $"{demo}/vae3d"));
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("opensora: denoise: after step 1 of 2 the latent of video 1 of its batch: ", outcome.Errors, StringComparison.Ordinal);
        Assert.Contains($"so is final_layer.linear.weight of {dit}/model.safetensors: give an intact checkpoint", outcome.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("is lost", outcome.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("--resume", outcome.Errors, StringComparison.Ordinal);
        Assert.Equal(["dit"], Directory.EnumerateFileSystemEntries(_folder).Select(Path.GetFileName));
    }

    /// <summary>The hashes of 60 steps that nothing disturbs, on one card; made once.</summary>
    private Task<string> Calm(string cache = "none") => s_calm.GetOrAdd(
        cache, async _ => (await There("calm", 1, "--num-sampling-steps", "60", "--cache", cache))["sha256"]!.ToJsonString());

    /// <summary>By the service that tests share.</summary>
    private Task<JsonNode> There(string name, int cards, params string[] more) => Generate(name, [.. more, "--cards", $"{cards}", "--server", _service.Address]);

    /// <summary>Kills cards of the service in the middle of a run on both.</summary>
    private async Task<(JsonNode Report, string Errors)> KillThere(int cards, params string[] more)
    {
        _service.Hold();
        using Process process = ClientProgram.Start(Arguments("killed", [.. more, "--num-sampling-steps", "60", "--cards", "2", "--server", _service.Address, "--json"]));
        await _service.UntilHeld();
        foreach (int card in _service.CardProcesses.OrderByDescending(card => card.Key).Take(cards).Select(card => card.Value))
            Signal("-KILL", card);
        _service.Release();
        return await Report(process);
    }

    private async Task<JsonNode> Generate(string name, params string[] more)
    {
        ClientProgram.Outcome outcome = await ClientProgram.Run(Arguments(name, [.. more, "--json"]));
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        return JsonNode.Parse(outcome.Output)!;
    }

    private static async Task<(JsonNode Report, string Errors)> Report(Process process)
    {
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(2));
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await errors);
        return (JsonNode.Parse(output)!, await errors);
    }

    /// <summary>Progress is told at every quarter only: this is the first line at or after the step.</summary>
    private static Task UntilStep(Process process, int step) =>
        UntilLine(process, line => line.StartsWith("denoise: ", StringComparison.Ordinal) && int.Parse(line.Split(' ')[1]) >= step);

    private static async Task UntilLine(Process process, Func<string, bool> isIt)
    {
        List<string> lines = [];
        while (await process.StandardError.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(2)) is { } line)
        {
            if (isIt(line))
                return;
            lines.Add(line);
        }
        Assert.Fail($"the run ended before that line: {string.Join('\n', lines)}");
    }

    private static void Signal(string signal, int process)
    {
        using Process kill = Process.Start("kill", [signal, $"{process}"])!;
        kill.WaitForExit();
    }

    private static int FreePort()
    {
        using System.Net.Sockets.TcpListener listener = new(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }
}
