using System.Text.Json.Nodes;
using OpenSora.Client.Benchmarks;
using OpenSora.Contracts.Files;
using OpenSora.TestKit;
using Xunit.Abstractions;

namespace OpenSora.Client.Tests;

/// <summary>The benchmark as users run it, and what its report says.</summary>
public sealed class BenchmarkTests(ITestOutputHelper output) : IDisposable
{
    /// <summary>All fields that the original writes.</summary>
    private static readonly Dictionary<string, string[]> Original = new()
    {
        ["performance_info"] =
        [
            "QPS", "model_load_time", "resolution", "aspect_ratio", "batch_size", "dtype", "scheduler", "fps", "num_frames", "num_sample", "denoising_steps", "seed",
            "device", "output_path", "warmup_count", "eval_count", "Avg infer time", "Avg single prompt infer time", "Avg single video save time",
        ],
        ["device_info"] = ["Dev Name", "Ver", "GCU CLK", "Mem CLK"],
        ["deb_info"] = ["topsruntime", "tops-sdk", "tops-inference", "topsaten"],
        ["python_info"] = ["python", "TopsInference", "torch", "diffusers", "transformers", "torch-gcu", "Pillow", "opencv-python"],
        ["os_info"] = ["os_distrb_name", "os_kernel_version"],
        ["cpu_info"] = ["cpu_arch", "cpu_model_name", "cpu_vendor"],
        ["disk_info"] = ["disk_model"],
        ["host_info"] = ["host_name", "host_ip"],
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("opensora-test").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task TheReportHasTheFieldsOfTheOriginalAndFiguresThatCanBeComputedAgain()
    {
        string file = Path.Combine(_folder, "reports", "one.json");
        JsonObject report = await Run(file, "--warmup-count", "1", "--eval-count", "3", "--loop", "2");
        foreach ((string section, string[] fields) in Original)
            Assert.All(fields, field => Assert.True(report[section]!.AsObject().ContainsKey(field), $"{section}: {field}"));
        JsonObject[] runs = [.. report["runs"]!.AsArray().Select(run => run!.AsObject())];
        Assert.Equal([true, false, false, false], runs.Select(run => (bool)run["warmup"]!));
        double[] infer = [.. runs.Skip(1).Select(run => (double)run["total_seconds"]! - (double)run["load_seconds"]!)];
        Assert.All(infer, seconds => Assert.True(seconds > 0));
        // Two loops of 20 frames, of which the second repeats 5 latent frames of the first.
        int frames = (int)report["frames"]!;
        Assert.Equal(20 + 20 - 17, frames);
        Assert.Equal(20, (int)report["performance_info"]!["num_frames"]!);
        Near(frames * 3 / infer.Sum(), report["frames_per_second"]!);
        JsonObject performance = report["performance_info"]!.AsObject();
        Near(frames * 3 / infer.Sum(), performance["QPS"]!);
        Near(infer.Average(), performance["Avg infer time"]!);
        Near(runs.Skip(1).Average(run => ((double)run["infer_seconds"]! - (double)run["write_seconds"]!) / 2), performance["Avg single prompt infer time"]!);
        Near((double)runs[0]["load_seconds"]!, performance["model_load_time"]!);
        JsonNode figures = report["statistics"]!["infer_seconds"]!;
        Near(infer.Order().ElementAt(1), figures["median"]!);
        Near(infer.Average(), figures["mean"]!);
        Near(infer.Average() - (4.303 * (double)figures["standard_deviation"]! / Math.Sqrt(3)), figures["interval_95"]![0]!);
        Assert.True((bool)report["same_bytes_in_all_passes"]!);
        Assert.Single(runs.Select(run => run["sha256"]!.ToJsonString()).Distinct());
        Assert.Equal(("", ""), ((string)report["host_info"]!["host_name"]!, (string)report["host_info"]!["host_ip"]!));
        Assert.Contains("--eval-count", report["command_line"]!.AsArray().Select(word => (string)word!));
        Assert.True((int)report["performance_info"]!["denoising_steps"]! == 2);
        Assert.Equal([file], Directory.GetFiles(Path.GetDirectoryName(file)!));
    }

    [Fact]
    public async Task QpsIsTheOriginalsWhereItIsAskedFor()
    {
        JsonObject report = await Run(Path.Combine(_folder, "report.json"), "--warmup-count", "0", "--compat-qps", "--num-sample", "2", "--host-info");
        JsonObject performance = report["performance_info"]!.AsObject();
        Near(2 * (double)performance["num_frames"]! * 1000 / (double)performance["Avg infer time"]!, performance["QPS"]!);
        Near(40 / (double)performance["Avg infer time"]!, report["frames_per_second"]!);
        Assert.Equal(Environment.MachineName, (string?)report["host_info"]!["host_name"]);
        Assert.Null(report["statistics"]!["infer_seconds"]!["interval_95"]);
    }

    [Theory]
    [InlineData("--eval-count", "0", "1 to 1000")]
    [InlineData("--warmup-count", "-1", "0 to 1000")]
    [InlineData("--prompt-generator", "x", "never ends")]
    [InlineData("--prompt-as-path", "true", "leave it out")]
    [InlineData("--benchmark-save-path", ".", "is a folder, and a file of that name is to be made: give another --benchmark-save-path")]
    [InlineData("--benchmark-save-path", "x/sample_0000.mp4", "name a file that ends in .json")]
    [InlineData("--benchmark-save-path", "/proc/x.json", "cannot write /proc/x.json")]
    public async Task WhatCannotBeMeasuredIsRefused(string flag, string value, string words)
    {
        ClientProgram.Outcome outcome = await ClientProgram.Run(["benchmark", "--prompt", "x", flag, value]);
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains(words, outcome.Errors);
    }

    [Fact]
    public async Task AReportThatWouldNotFindRoomOrThatAnotherWritesIsRefusedBeforeTheFirstStep()
    {
        string file = Path.Combine(_folder, "report.json");
        using (NameReservation.Take(NameReservation.Always, _ => [new ReservedName(file, [file])]).Held)
        {
            ClientProgram.Outcome second = await ClientProgram.Run(["benchmark", "--prompt", "x", "--benchmark-save-path", file]);
            Assert.Equal(2, second.ExitCode);
            Assert.Contains($"{file} is being made by another run: wait for it, or give another --benchmark-save-path", second.Errors, StringComparison.Ordinal);
        }
        using SmallDisk? disk = SmallDisk.Of(16, output.WriteLine);
        if (disk is null)
            return;
        disk.Leave(0);
        ClientProgram.Outcome full = await ClientProgram.Run(["benchmark", "--prompt", "x", "--save-dir", _folder, "--benchmark-save-path", disk["report.json"]]);
        Assert.Equal(4, full.ExitCode);
        Assert.Contains($"{disk["report.json"]} would not find room: the disk of {disk.Path} has 0 bytes free, and it takes 4 KiB at the least", full.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("pass 1", full.Errors, StringComparison.Ordinal);
        Assert.Empty(disk.Files);
    }

    [Fact]
    public void StatisticsAreThoseOfTheTextbook()
    {
        Statistics figures = Statistics.Of([4, 2, 1, 3]);
        Assert.Equal((4, 2.5, 2.5), (figures.Count, figures.Median, figures.Mean));
        Assert.Equal(1.290994, figures.StandardDeviation!.Value, 6);
        Assert.Equal(2.5 - (3.182 * 1.290994 / 2), figures.Interval95!.Value.Low, 5);
        Assert.Equal((1, 7.0, null), (Statistics.Of([7]).Count, Statistics.Of([7]).Median, Statistics.Of([7]).Interval95));
        Assert.Equal(1.96 * Statistics.Of([.. Enumerable.Range(0, 100).Select(i => (double)i)]).StandardDeviation!.Value / 10, 49.5 - Statistics.Of([.. Enumerable.Range(0, 100).Select(i => (double)i)]).Interval95!.Value.Low, 6);
    }

    private async Task<JsonObject> Run(string file, params string[] more)
    {
        ClientProgram.Outcome outcome = await ClientProgram.Run(
        [
            "benchmark", "--prompt", "a red ball", "--image-size", "36", "50", "--num-frames", "20", "--num-sampling-steps", "2", "--device", "cpu", "--threads", "1",
            "--save-dir", _folder, "--benchmark-save-path", file, .. more,
        ]);
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        Assert.EndsWith(file, outcome.Output.Trim(), StringComparison.Ordinal);
        return JsonNode.Parse(await File.ReadAllTextAsync(file))!.AsObject();
    }

    private static void Near(double expected, JsonNode told) => Assert.Equal(expected, (double)told, Math.Abs(expected) * 1e-9);
}
