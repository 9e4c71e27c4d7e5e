using System.Diagnostics;
using System.Text.Json.Nodes;

namespace OpenSora.Client.Tests;

/// <summary>Sweeps of a service with two real cards: several cells at once, and kills of everything that takes part.</summary>
[Collection(SharedService.Name)]
public sealed class SweepServiceTests(SharedService shared) : IAsyncLifetime
{
    private static Task<string>? s_alone;
    private readonly string _folder = Directory.CreateTempSubdirectory("opensora-test").FullName;
    private readonly ServiceProgram _service = shared.Program;

    private string Out => Path.Combine(_folder, "out");

    private string Results => Path.Combine(Out, "results.jsonl");

    public Task InitializeAsync() => _service.Settle();

    public Task DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task CellsAtOnceWorkOnCardsOfTheirOwn()
    {
        using Process sweep = Start("--at-once", "2", "--num-sampling-steps", "40,41", "--cards", "1,2");
        Task<string> errors = sweep.StandardError.ReadToEndAsync();
        bool seen = false;
        while (!sweep.HasExited)
        {
            string[] jobs = [.. (await _service.Cards()).Select(card => (string?)card!["job"]).OfType<string>()];
            seen |= jobs.Distinct().Count() == 2;
            await Task.Delay(50);
        }
        Assert.True(sweep.ExitCode == 0, await errors);
        JsonObject[] cells = Measured();
        Assert.Equal(4, cells.Length);
        Assert.All(cells, cell => Assert.All(cell["report"]!["runs"]!.AsArray(), run => Assert.Equal((string)cell["flags"]!["cards"]!, $"{run!["cards"]!.AsArray().Count}")));
        await HashesAreThoseOfLoneRuns(cells);

        // Who worked beside whom is mutual, and was seen at the cards.
        Dictionary<string, string[]> beside = cells.ToDictionary(cell => (string)cell["cell"]!, cell => cell["service"]!["beside"]!.AsArray().Select(other => (string)other!).ToArray());
        Assert.All(beside, cell => Assert.All(cell.Value, other => Assert.Contains(cell.Key, beside[other])));
        Assert.True(!seen || beside.Values.Any(others => others.Length > 0), "two videos had cards at the same time");
        Dictionary<string, string>[] rows = SweepTable.Rows(Out);
        Assert.All(rows, row => Assert.True(row["cells_beside"] == "0" || row["efficiency"].Length == 0, "of cells that shared the machine no efficiency is told"));
        Assert.All(rows, row => Assert.Equal(row["cards"] == "1" ? "" : "true", row["same_bytes_as_one_card"]));
        Assert.Equal(rows.Any(row => row["cells_beside"] != "0"), (await File.ReadAllTextAsync(Path.Combine(Out, "report.html"))).Contains("worked beside others", StringComparison.Ordinal));
        Assert.Empty(await _service.Videos());
        Assert.Equal(4, await _service.Ended("completed"));
    }

    [Fact]
    public async Task AKilledSweepGoesOnWithWhatTheServiceHas()
    {
        string[] line = ["--at-once", "2", "--num-sampling-steps", "40,41,42,43", "--cards", "1"];
        Assert.Equal(0, (await Run("--num-sampling-steps", "40", "--cards", "1")).ExitCode);
        _service.Hold();
        using (Process killed = Start(line))
        {
            _ = killed.StandardError.ReadToEndAsync();
            await _service.UntilHeld(2);
            Process.Start("kill", ["-KILL", $"{killed.Id}"]).WaitForExit();
            await killed.WaitForExitAsync();
        }
        _service.Release();
        string[] left = [.. (await _service.Videos()).Select(video => (string)video!["id"]!)];
        Assert.NotEmpty(left);

        ClientProgram.Outcome again = await Run(line);
        Assert.True(again.ExitCode == 0, again.Errors);
        Assert.Contains("which the service was asked for before", again.Errors);
        Assert.Equal(4, Measured().Select(cell => (string)cell["cell"]!).Distinct().Count());
        Assert.Equal(4, Measured().Length);
        Assert.Equal((4, 0, 0), (await _service.Ended("completed"), await _service.Ended("cancelled"), await _service.Ended("failed")));
        Assert.Empty(await _service.Videos());
        await HashesAreThoseOfLoneRuns(Measured());
    }

    [Fact]
    public async Task AStoppedSweepLeavesNothingAtTheService()
    {
        string[] line = ["--at-once", "3", "--num-sampling-steps", "400,401,402,403", "--cards", "1"];
        using (Process stopped = Start(line))
        {
            Task<string> errors = stopped.StandardError.ReadToEndAsync();
            await ServiceProgram.Until(async () => (await _service.Videos()).CountBy(video => (string)video!["status"]!).ToDictionary() is var all
                && all.GetValueOrDefault("in_progress") == 2 && all.GetValueOrDefault("queued") == 1);
            Process.Start("kill", ["-TERM", $"{stopped.Id}"]).WaitForExit();
            await stopped.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
            Assert.True(stopped.ExitCode == 130, await errors);
        }
        Assert.Empty(await _service.Videos());
        Assert.Equal(0, await _service.Ended("completed"));

        // Another matrix in the same folder: nothing of the first one comes back.
        ClientProgram.Outcome other = await Run("--num-sampling-steps", "2", "--cards", "1");
        Assert.True(other.ExitCode == 0, other.Errors);
        Assert.Equal(1, await _service.Ended("completed"));
    }

    [Fact]
    public async Task AKilledCoordinatorIsWaitedFor()
    {
        _service.Hold();
        using Process sweep = Start("--at-once", "2", "--num-sampling-steps", "40,41", "--cards", "1");
        Task<string> errors = sweep.StandardError.ReadToEndAsync();
        await _service.UntilHeld(2);
        await _service.KillCoordinator();
        _service.Release();
        await _service.Begin();
        await sweep.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(3));
        Assert.True(sweep.ExitCode == 0, await errors);
        Assert.Contains("waiting for it, 300 s at most (--server-wait)", await errors);
        Assert.Contains("answers again", await errors);
        await HashesAreThoseOfLoneRuns(Measured());
        Assert.Equal(2, await _service.Ended("completed"));
        Assert.Empty(await _service.Videos());
    }

    [Fact]
    public async Task ALostCardIsToldInTheReportOfItsCell()
    {
        _service.Hold();
        using Process sweep = Start("--num-sampling-steps", "40", "--cards", "2");
        Task<string> errors = sweep.StandardError.ReadToEndAsync();
        await _service.UntilHeld();
        Process.Start("kill", ["-KILL", $"{_service.CardProcesses.Values.First()}"]).WaitForExit();
        _service.Release();
        await sweep.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(3));
        Assert.True(sweep.ExitCode == 0, await errors);
        JsonObject[] cells = Measured();
        await HashesAreThoseOfLoneRuns(cells);
        Assert.NotEmpty(Assert.Single(cells)["report"]!["runs"]![0]!["losses"]!.AsArray());
        Assert.NotEqual("0", Assert.Single(SweepTable.Rows(Out))["cards_lost"]);
    }

    [Fact]
    public async Task AServiceThatIsNotThereIsWaitedForNoLongerThanTold()
    {
        ClientProgram.Outcome nobody = await ClientProgram.Run(["sweep", "--server", "http://127.0.0.1:1", "--server-wait", "1", "--out", Out, "--cards", "1"]);
        Assert.Equal(4, nobody.ExitCode);
        Assert.Contains("waiting for it, 1 s at most", nobody.Errors);
        Assert.Contains("does not answer any more", nobody.Errors);
    }

    private Process Start(params string[] more)
    {
        Process process = ClientProgram.Start([.. Line(more)]);
        process.BeginOutputReadLine();
        return process;
    }

    private Task<ClientProgram.Outcome> Run(params string[] more) => ClientProgram.Run([.. Line(more)]);

    private IEnumerable<string> Line(string[] more) => ["sweep", "--server", _service.Address, "--out", Out, "--warmup-count", "0", "--eval-count", "1", .. more];

    private JsonObject[] Measured()
    {
        if (!File.Exists(Results))
            return [];
        // The sweep holds the file against other programs of its kind.
        using Process reader = Process.Start(new ProcessStartInfo("cat", [Results]) { RedirectStandardOutput = true })!;
        return [.. reader.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!.AsObject()).Where(cell => (string?)cell["status"] == "measured")];
    }

    /// <summary>Each cell of 40 steps has the bytes of a run of its own, by one card of this machine.</summary>
    private async Task HashesAreThoseOfLoneRuns(JsonObject[] cells)
    {
        JsonObject[] own = [.. cells.Where(cell => (string?)cell["flags"]!["num-sampling-steps"] == "40")];
        Assert.NotEmpty(own);
        string alone = await (s_alone ??= Alone());
        Assert.All(own, cell => Assert.Equal(alone, cell["report"]!["sha256"]!.ToJsonString()));
    }

    private async Task<string> Alone()
    {
        ClientProgram.Outcome alone = await ClientProgram.Run(
            ["generate", "--prompt", "a red circle moving right on a black background", "--num-sampling-steps", "40", "--threads", "1", "--save-dir", _folder, "--overwrite", "number", "--json"]);
        Assert.True(alone.ExitCode == 0, alone.Errors);
        return JsonNode.Parse(alone.Output)!["sha256"]!.ToJsonString();
    }
}
