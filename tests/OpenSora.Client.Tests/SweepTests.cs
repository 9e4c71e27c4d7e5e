using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using OpenSora.Client.Commands;
using OpenSora.Client.Sweeps;
using OpenSora.Contracts;
using OpenSora.TestKit;

namespace OpenSora.Client.Tests;

/// <summary>Sweeps as users run them, cut off and gone on with.</summary>
public sealed class SweepTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("opensora-test").FullName;

    private string Out => Path.Combine(_folder, "out");

    private string Results => Path.Combine(Out, "results.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task EachCellIsMeasuredOnceAlsoAfterAKill()
    {
        string[] line = Line("--num-frames", "20", "--cards", "1,2,13", "--eval-count", "2", "--num-sampling-steps", "2");
        using (Process killed = ClientProgram.Start(line))
        {
            _ = killed.StandardOutput.ReadToEndAsync();
            while (await killed.StandardError.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(2)) is { } said && !said.StartsWith("cell 2 of 2: ", StringComparison.Ordinal))
            {
            }
            Process.Start("kill", ["-KILL", $"{killed.Id}"]).WaitForExit();
            await killed.WaitForExitAsync();
        }
        string[] before = await File.ReadAllLinesAsync(Results);
        Assert.Equal(2, before.Length); // one that cannot be done, and the first that was measured
        Assert.DoesNotContain("report.html", Directory.GetFiles(Out).Select(Path.GetFileName));
        await File.AppendAllTextAsync(Results, before[^1][..100]); // as if it had been killed while it wrote

        ClientProgram.Outcome again = await ClientProgram.Run(line);
        Assert.True(again.ExitCode == 0, again.Errors);
        Assert.Contains("3 cells: 1 to measure, 1 measured before, 1 cannot be done", again.Errors);
        string[] after = await File.ReadAllLinesAsync(Results);
        Assert.Equal(before, after[..2]);
        JsonObject[] results = [.. after.Select(text => JsonNode.Parse(text)!.AsObject())];
        Assert.Equal(3, results.Select(result => (string)result["cell"]!).Distinct().Count());
        Assert.Equal(3, results.Length);
        JsonObject[] infeasible = [.. results.Where(result => (string)result["status"]! == "infeasible")];
        Assert.Single(infeasible);
        Assert.All(infeasible, result => Assert.Contains("--cards is 13, but", (string)result["reason"]!));
        Assert.All(results.Except(infeasible), result => Assert.True((bool)result["report"]!["same_bytes_in_all_passes"]!));

        ClientProgram.Outcome third = await ClientProgram.Run(line);
        Assert.Contains("0 to measure, 2 measured before", third.Errors);
        Assert.Equal(after, await File.ReadAllLinesAsync(Results));
        Assert.Equal(["report.html", "results.csv", "results.jsonl", "results.md"], Directory.GetFileSystemEntries(Out).Select(Path.GetFileName).Order());
        FiguresCanBeComputedAgain(results.Except(infeasible));
        await ThePageStandsAlone();
    }

    /// <summary>Every figure of the table from the raw seconds of the passes.</summary>
    private void FiguresCanBeComputedAgain(IEnumerable<JsonObject> measured)
    {
        Dictionary<string, string>[] rows = SweepTable.Rows(Out);
        Dictionary<(string, string), double> medians = [];
        foreach (JsonObject result in measured)
        {
            (string, string) cell = ((string)result["flags"]!["num-frames"]!, (string)result["flags"]!["cards"]!);
            Dictionary<string, string> row = rows.Single(row => (row["num-frames"], row["cards"]) == cell);
            double[] seconds = [.. result["report"]!["runs"]!.AsArray().Skip(1).Select(run => (double)run!["total_seconds"]! - (double)run["load_seconds"]!)];
            medians[cell] = seconds.Average(); // of two, the same as the median
            Near(seconds.Average(), row["seconds_median"]);
            Near(2 * (int)result["report"]!["frames"]! / seconds.Sum(), row["frames_per_second"]);
            Assert.Equal((string)result["report"]!["sha256"]!["latent"]!, row["sha256_latent"]);
            Assert.Equal((string)result["report"]!["kind"]!, row["kind"]);
            Assert.Contains("torch", row["kind"], StringComparison.Ordinal);
            Assert.Equal("fp32", row["compute_dtype"]);
            Assert.True(double.Parse(row["predicted_seconds"], CultureInfo.InvariantCulture) > 0);
            Assert.Equal("", row["published_seconds"]);
            Assert.Equal(cell.Item2 == "1" ? "" : "true", row["same_bytes_as_one_card"]);
        }
        Near(medians[("20", "1")] / (2 * medians[("20", "2")]), rows.Single(row => row["cards"] == "2")["efficiency"]);
        Assert.Equal(2, medians.Count);
    }

    private async Task ThePageStandsAlone()
    {
        string page = Path.Combine(Out, "report.html"), picture = Path.Combine(_folder, "page.png"), text = await File.ReadAllTextAsync(page);
        Assert.All(new[] { "http:", "https:", "src=", "href=", "<script", "@import", "url(" }, outside => Assert.DoesNotContain(outside, text));
        foreach (string title in new[] { "Latency", "Frames a second", "Efficiency over cards", "Bytes between cards", "Memory", "Stages" })
            Assert.Matches($"<h2>{title}</h2>\n<figure><svg ", text);
        Assert.DoesNotContain("NaN", text);
        using Process browser = Process.Start(new ProcessStartInfo("chromium",
            ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", $"--user-data-dir={Path.Combine(_folder, "profile")}", "--window-size=1000,3000", $"--screenshot={picture}", page])
        { RedirectStandardError = true, RedirectStandardOutput = true })!;
        _ = browser.StandardError.ReadToEndAsync();
        _ = browser.StandardOutput.ReadToEndAsync();
        await browser.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
        Assert.True(new FileInfo(picture).Length > 50_000, "an empty page is far smaller");
    }

    [Fact]
    public async Task CellsThatAreTooLargeOrTooSlowAreNotTried()
    {
        string types = Path.Combine(_folder, "types.yaml");
        await File.WriteAllTextAsync(types, "- name: tiny\n  title: a tiny card\n  memory_bytes: 1000000\n  reserved_bytes: 0\n  cards_per_node: 1\n  flops: { bf16: 1e12, fp16: 1e12, fp32: 1e12 }\n  source: this test\n");
        ClientProgram.Outcome small = await ClientProgram.Run(Line("--card-type", "tiny", "--card-types", types));
        Assert.Equal(3, small.ExitCode);
        ClientProgram.Outcome slow = await ClientProgram.Run(Line("--cell-limit", "0.000001"));
        Assert.Equal(3, slow.ExitCode);
        Assert.Contains("0 to measure", slow.Errors);
        string[] reasons = [.. (await File.ReadAllLinesAsync(Results)).Select(text => (string)JsonNode.Parse(text)!["reason"]!)];
        Assert.Contains("would hold", reasons[0]);
        Assert.Contains("more than --cell-limit", reasons[1]);
        Assert.Equal(2, reasons.Length);
        Assert.Contains("more than --cell-limit", await File.ReadAllTextAsync(Path.Combine(Out, "report.html")));
    }

    [Fact]
    public async Task WhatFailedIsMeasuredAgain()
    {
        SweepMatrix matrix = new();
        foreach ((string flag, string value) in new[] { ("image-size", "36x50"), ("device", "cpu"), ("threads", "1"), ("num-frames", "1"), ("num-sampling-steps", "1"), ("prompt", "a red ball") })
            matrix.Vary(flag, [value]);
        string cell = matrix.Cells()[0].Id(0, 1, null);
        Directory.CreateDirectory(Out);
        await File.WriteAllTextAsync(Results, $$"""{"schema":"opensora-sweep/1","cell":"{{cell}}","status":"failed","reason":"a card was lost","flags":{} }""" + "\n");
        ClientProgram.Outcome outcome = await ClientProgram.Run(Line("--num-sampling-steps", "1", "--warmup-count", "0", "--eval-count", "1", "--prompt", "a red ball"));
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        JsonNode[] results = [.. (await File.ReadAllLinesAsync(Results)).Select(text => JsonNode.Parse(text)!)];
        Assert.Equal([(cell, "failed"), (cell, "measured")], results.Select(result => ((string)result["cell"]!, (string)result["status"]!)));
        Assert.Contains("1 of 1 cells measured, 0 cannot be done, 0 failed.", await File.ReadAllTextAsync(Path.Combine(Out, "results.md")));
    }

    [Fact]
    public async Task FiguresOfTwoBuildsAndTwoSweepsAtOnceAreRefused()
    {
        Directory.CreateDirectory(Out);
        await File.WriteAllTextAsync(Results, """{"schema":"opensora-sweep/1","cell":"1","status":"measured","flags":{},"report":{"commit":"another"}}""" + "\n");
        ClientProgram.Outcome mixed = await ClientProgram.Run(Line());
        Assert.Equal(2, mixed.ExitCode);
        Assert.Contains("measured by commit another", mixed.Errors);
        using SweepFolder held = new(Out);
        ClientProgram.Outcome second = await ClientProgram.Run(Line());
        Assert.Equal(2, second.ExitCode);
        Assert.Contains("wait for the sweep that is at work there", second.Errors);
    }

    [Theory]
    [InlineData("'sample-name' is no flag that a sweep can give", "--matrix", "flags: { sample-name: x }")]
    [InlineData("has cards in `flags` and in `vary`", "--matrix", "flags: { cards: 1 }\nvary: { cards: [1, 2] }")]
    [InlineData("is no matrix (line 1", "--matrix", "cards: [1, 2]")]
    [InlineData("--cards has an empty value", "--matrix", "vary: { cards: [] }")]
    [InlineData("cannot be read", "--matrix", null)]
    [InlineData("--preset 'all' is not known", "--preset", "all")]
    [InlineData("--cards has an empty value", "--cards", "1,,2")]
    [InlineData("HEIGHTxWIDTH", "--image-size", "36")]
    [InlineData("1 to 1000", "--eval-count", "0")]
    [InlineData("--at-once 0 is out of range: give 1 to 100", "--at-once", "0")]
    [InlineData("--at-once 101 is out of range: give 1 to 100", "--at-once", "101")]
    [InlineData("--at-once 2 needs a service", "--at-once", "2")]
    [InlineData("--server-wait -1 is out of range: give 0 to 86400", "--server-wait", "-1")]
    [InlineData("10000 is the most", "--matrix", "vary: { seed: [0,1,2,3,4,5,6,7,8,9], threads: [1,2,3,4,5,6,7,8,9,10], cards: [1,2,3,4,5,6,7,8,9,10], num-frames: [1,2,3,4,5,6,7,8,9,10], fps: [1, 2] }")]
    public async Task WhatIsNoMatrixIsRefused(string words, string flag, string? value)
    {
        string file = Path.Combine(_folder, "matrix.yaml");
        if (flag == "--matrix" && value is not null)
            await File.WriteAllTextAsync(file, value);
        ClientProgram.Outcome outcome = await ClientProgram.Run(["sweep", "--out", Out, flag, flag == "--matrix" ? file : value!]);
        Assert.True(outcome.ExitCode == 2, outcome.Errors);
        Assert.Contains(words, outcome.Errors);
        Assert.False(File.Exists(Path.Combine(Out, "report.html")));
    }

    [Fact]
    public void AFileAndTheCommandLineMakeOneMatrix()
    {
        SweepMatrix table = SweepMatrix.Preset("opensora-table");
        Assert.Equal(20, table.Cells().Count);
        string file = Path.Combine(_folder, "matrix.yaml");
        File.WriteAllText(file, "flags: { seed: 7, prompt: a red ball }\nvary:\n  num-frames: [1, 2s]\n  image-size: [36x50, 40x72]\n  cards: [1, 1]\n");
        table.Read(file);
        table.Vary("resolution", ["240p"]);
        IReadOnlyList<SweepCell> cells = table.Cells();
        Assert.Equal(4, cells.Count);
        Assert.Equal(["--cards", "1", "--image-size", "36", "50", "--num-frames", "1", "--prompt", "a red ball", "--resolution", "240p", "--seed", "7"], cells[0].Line);
        Assert.Equal((7L, 36), (cells[0].Request(_folder).Seed, cells[0].Request(_folder).ImageSize![0]));
        Assert.Equal(4, cells.Select(cell => cell.Id(1, 3, null)).Distinct().Count());
        Assert.NotEqual(cells[0].Id(1, 3, null), cells[0].Id(1, 3, "http://silo:8080"));
        SweepMatrix wrong = new();
        wrong.Set("prompt", ["x"]);
        wrong.Vary("cards", ["one"]);
        Assert.Contains("'one'", Assert.Throws<InputException>(() => wrong.Cells()[0].Request(_folder)).Message);
    }

    /// <summary>A cell's seconds are compared with those of another one only where both had their machines for themselves.</summary>
    [Theory]
    [InlineData(0, 0, false, 0, 0.8)]
    [InlineData(1, 0, false, 0, null)]
    [InlineData(0, 1, false, 0, null)]
    [InlineData(0, 0, true, 0, null)]
    [InlineData(0, 0, false, 1, null)]
    public void EfficiencyIsThatOfCellsThatWorkedAlone(int besideOne, int besideTwo, bool lostCard, int interrupted, double? efficiency)
    {
        SweepRow one = Row(1, 8, besideOne, false, 0), two = Row(2, 5, besideTwo, lostCard, interrupted);
        Assert.Equal(efficiency, two.Efficiency([one, two]));
        Assert.True(two.SameBytes([one, two])); // bytes do not depend on who else works
        Assert.Null(one.Efficiency([one, two]));
        Assert.Equal(besideTwo > 0 ? "2 cards, shared" : "2 cards", SweepReport.Name(two, ["cards"]));

        static SweepRow Row(int cards, double seconds, int beside, bool lostCard, int interrupted) => new(new JsonObject
        {
            ["flags"] = new JsonObject { ["cards"] = $"{cards}" },
            ["status"] = "measured",
            ["service"] = new JsonObject
            {
                ["beside"] = new JsonArray([.. Enumerable.Repeat(0, beside).Select(_ => (JsonNode)"other")]),
                ["interrupted_passes"] = new JsonArray([.. Enumerable.Range(0, interrupted).Select(pass => (JsonNode)pass)]),
            },
            ["report"] = new JsonObject
            {
                ["cards"] = cards,
                ["threads"] = 1,
                ["sha256"] = new JsonObject { ["latent"] = "l", ["frames"] = "f" },
                ["statistics"] = new JsonObject { ["infer_seconds"] = new JsonObject { ["median"] = seconds } },
                ["runs"] = new JsonArray(new JsonObject { ["losses"] = new JsonArray(lostCard ? [new JsonObject()] : []) }),
            },
        });
    }

    [Fact]
    public void AJournalKnowsWhatASweepLeftAlsoAfterAKillInALine()
    {
        Directory.CreateDirectory(Out);
        string file = Path.Combine(Out, "service.jsonl"), key;
        using (SweepJournal first = new(Out))
        {
            key = first.KeyOf("a", 0);
            first.Ask(new AskedPass("a", "http://silo", key, null));
            first.Ask(new AskedPass("a", "http://silo", key, "video_1"));
            first.Ask(new AskedPass("b", "http://silo", first.KeyOf("b", 0), null));
            first.Ask(new AskedPass("c", "http://silo", first.KeyOf("c", 0), null));
            first.Meet("a", "b");
            first.Withdraw(first.KeyOf("c", 0));
            first.Forget("b");
        }
        File.AppendAllText(file, """{"over":"a""");
        using (SweepJournal again = new(Out))
        {
            Assert.Equal(key, again.KeyOf("a", 0));
            Assert.Equal([new AskedPass("a", "http://silo", key, "video_1")], again.Passes);
            Assert.Equal(["b"], again.Beside("a"));
            Assert.Empty(again.Beside("b"));
            again.Forget("a");
        }
        Assert.Equal(key, KeyOfNext());
        File.AppendAllText(file, "{}\n");
        Assert.Contains("is no journal of a sweep", Assert.Throws<InputException>(() => new SweepJournal(Out)).Message);
        File.Delete(file);
        Assert.NotEqual(key, KeyOfNext()); // another sweep

        string KeyOfNext()
        {
            using SweepJournal next = new(Out);
            Assert.Empty(next.Passes);
            return next.KeyOf("a", 0);
        }
    }

    /// <summary>What the Job of Kubernetes gives is what the program takes, and it ends within its grace.</summary>
    [Fact]
    public void TheJobOfKubernetesGivesALineThatTheProgramTakes()
    {
        string component = Path.Combine(Repository.Root, "k8s", "components", "sweep");
        string[] job = File.ReadAllLines(Path.Combine(component, "job.yaml"));
        string[] line = [.. job.SkipWhile(text => text.Trim() != "args:").Skip(1).TakeWhile(text => text.TrimStart().StartsWith("- ", StringComparison.Ordinal))
            .Select(text => text.Trim()[2..].Trim('"').Replace("$(OPENSORA_SCHEME)", "http", StringComparison.Ordinal))];
        Assert.Equal("sweep", line[0]);
        Assert.Empty(SweepCommand.Create().Parse(line[1..]).Errors);
        SweepMatrix matrix = new();
        matrix.Read(Path.Combine(component, "matrix.yaml"));
        Assert.All(matrix.Cells(), cell => Assert.NotEmpty(cell.Fields().Fields["cards"]));
        int grace = int.Parse(job.Single(text => text.Contains("terminationGracePeriodSeconds:", StringComparison.Ordinal)).Split(':')[1], CultureInfo.InvariantCulture);
        Assert.InRange(ServiceCells.LongestEnd.TotalSeconds, 0, grace - 5);
    }

    [Theory]
    [InlineData("1,2", null, 4, 2)]
    [InlineData("1,3", null, 4, 1)]
    [InlineData("1,2,13", null, 4, 1)]
    [InlineData("2", null, 4, null)]
    [InlineData("1,2", "3", 4, null)]
    public void CardsAreComparedWithAsManyThreads(string cards, string? threads, int cores, int? given)
    {
        SweepMatrix matrix = new();
        matrix.Vary("cards", cards.Split(','));
        if (threads is not null)
            matrix.Set("threads", [threads]);
        Assert.Equal(given, matrix.EvenThreads(cores));
        Assert.All(matrix.Cells(), cell => Assert.Equal(cards == "2" ? null : threads ?? $"{given}", cell.Flags.FirstOrDefault(flag => flag.Key == "threads").Value?[0]));
    }

    [Theory]
    [InlineData(0, 7.3, false, new[] { 0.0, 2, 4, 6, 8 })]
    [InlineData(0, 1, false, new[] { 0, 0.2, 0.4, 0.6, 0.8, 1 })]
    [InlineData(3, 40, true, new[] { 2.0, 5, 10, 20, 50 })]
    [InlineData(1, 1, true, new[] { 1.0, 2 })]
    public void AxesHaveRoundValues(double low, double high, bool logarithmic, double[] ticks) =>
        Assert.Equal(ticks, Plot.Ticks(low, high, logarithmic).Select(tick => Math.Round(tick, 6)));

    private string[] Line(params string[] more) =>
    [
        "sweep", "--out", Out, "--image-size", "36x50", "--device", "cpu", "--threads", "1", .. more.Contains("--num-frames") ? (string[])[] : ["--num-frames", "1"], .. more,
    ];

    private static void Near(double expected, string told) => Assert.Equal(expected, double.Parse(told, CultureInfo.InvariantCulture), Math.Abs(expected) * 1e-9);
}
