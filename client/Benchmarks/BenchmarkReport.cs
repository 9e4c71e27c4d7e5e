using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Generation;

namespace OpenSora.Client.Benchmarks;

/// <summary>How a benchmark is done.</summary>
/// <param name="Warmups">Passes that are not measured.</param>
/// <param name="Evaluations">Passes that are; 1 or more.</param>
/// <param name="CompatibleQps">QPS as the original computes it.</param>
/// <param name="TellHost">Whether the report names this machine.</param>
internal sealed record BenchmarkPlan(int Warmups, int Evaluations, bool CompatibleQps, bool TellHost);

/// <summary>
/// The report of a benchmark: the fields of the original's under their names (all times in seconds), and beside them every raw
/// time, so that each figure can be computed again.
/// </summary>
internal static class BenchmarkReport
{
    public const string Schema = "opensora-benchmark/1";

    /// <param name="reports">Of all passes in order, warm-ups first.</param>
    public static JsonObject Of(GenerationRequest request, BenchmarkPlan plan, IReadOnlyList<GenerationReport> reports, string[] line)
    {
        GenerationReport[] measured = [.. reports.Skip(plan.Warmups)];
        double[] infer = [.. measured.Select(Infer)];
        GenerationReport last = measured[^1];
        int samples = request.NumSample ?? 1, loops = request.Loop ?? 1, clip = ClipGeometry.Of(request).Frames, frames = last.Samples.Sum(sample => sample.Frames);
        double mean = infer.Average(), framesPerSecond = frames * measured.Length / infer.Sum();
        JsonObject report = new()
        {
            ["schema"] = Schema,
            ["commit"] = Commit,
            ["command_line"] = new JsonArray([.. line.Select(word => (JsonNode)word)]),
            ["measured_at"] = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture),
            ["performance_info"] = new JsonObject
            {
                ["QPS"] = plan.CompatibleQps ? samples * clip * 1000 / mean : framesPerSecond,
                ["model_load_time"] = reports[0].Seconds.Load,
                ["resolution"] = request.Resolution,
                ["aspect_ratio"] = request.AspectRatio,
                ["batch_size"] = request.BatchSize,
                ["dtype"] = last.Dtype,
                ["scheduler"] = "rflow",
                ["fps"] = request.Fps,
                ["num_frames"] = clip,
                ["num_sample"] = samples,
                ["denoising_steps"] = last.Steps,
                ["seed"] = last.Seed,
                ["device"] = last.Device,
                ["output_path"] = request.SaveDir,
                ["warmup_count"] = plan.Warmups,
                ["eval_count"] = plan.Evaluations,
                ["Avg infer time"] = mean,
                ["Avg single prompt infer time"] = measured.Average(one => (Infer(one) - one.Seconds.Write) / (one.Samples.Count * loops)),
                ["Avg single video save time"] = measured.Average(one => one.Seconds.Write / one.Samples.Count),
            },
            ["frames_per_second"] = framesPerSecond,
            ["qps_is"] = plan.CompatibleQps ? "num_sample * num_frames * 1000 / Avg infer time, as the original has it" : "frames_per_second",
            ["frames"] = frames,
            ["height"] = last.Height,
            ["width"] = last.Width,
            ["cards"] = last.Cards,
            ["threads"] = last.Threads,
            ["compute_dtype"] = last.ComputeDtype,
            ["kind"] = last.Kind,
            ["statistics"] = Summary(measured),
            ["cache"] = last.Cache is { } cache ? JsonSerializer.SerializeToNode(cache, ContractsJson.Default.CacheUse) : null,
            ["bytes_sent"] = JsonSerializer.SerializeToNode(last.BytesSent, ContractsJson.Default.BytesSent),
            ["peak_memory_bytes"] = measured.Max(one => one.PeakMemoryBytes),
            ["sha256"] = Hashes(last),
            ["same_bytes_in_all_passes"] = reports.All(one => one.Hashes == last.Hashes),
            ["runs"] = new JsonArray([.. reports.Select((one, i) => (JsonNode)Run(one, i < plan.Warmups))]),
        };
        foreach ((string name, JsonNode? section) in MachineFacts.Sections(plan.TellHost))
            report[name] = section;
        return report;
    }

    /// <summary>A pass without the loading of networks: text, references, denoising, decoding and writing.</summary>
    private static double Infer(GenerationReport pass) => pass.Seconds.Total - pass.Seconds.Load;

    /// <summary>Of the sources that this program was built from; nothing where that is not known.</summary>
    public static string Commit => typeof(BenchmarkReport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+') is [_, var commit] ? commit : "";

    private static JsonObject Run(GenerationReport pass, bool isWarmup)
    {
        JsonObject run = new() { ["warmup"] = isWarmup, ["infer_seconds"] = Infer(pass) };
        foreach ((string stage, double seconds) in Stages(pass))
            run[$"{stage}_seconds"] = seconds;
        run["recomputed_steps"] = pass.RecomputedSteps;
        run["retried_chunks"] = pass.RetriedChunks;
        run["losses"] = new JsonArray([.. pass.Losses.Select(loss => (JsonNode)new JsonObject { ["name"] = loss.Name, ["stage"] = loss.Stage, ["step"] = loss.Step, ["cause"] = loss.Cause })]);
        run["cards"] = new JsonArray([.. pass.CardUses.Select(use => (JsonNode)use.Name)]);
        run["sha256"] = Hashes(pass);
        return run;
    }

    private static JsonObject Summary(GenerationReport[] measured)
    {
        JsonObject all = new() { ["infer_seconds"] = Figures([.. measured.Select(Infer)]) };
        foreach (string stage in Stages(measured[0]).Select(one => one.Stage))
            all[$"{stage}_seconds"] = Figures([.. measured.Select(one => Stages(one).Single(own => own.Stage == stage).Seconds)]);
        return all;
    }

    private static JsonObject Figures(double[] values)
    {
        Statistics figures = Statistics.Of(values);
        return new JsonObject
        {
            ["count"] = figures.Count,
            ["median"] = figures.Median,
            ["mean"] = figures.Mean,
            ["standard_deviation"] = figures.StandardDeviation,
            ["interval_95"] = figures.Interval95 is { } interval ? new JsonArray(interval.Low, interval.High) : null,
        };
    }

    private static (string Stage, double Seconds)[] Stages(GenerationReport pass) =>
    [
        ("load", pass.Seconds.Load), ("encode", pass.Seconds.Encode), ("denoise", pass.Seconds.Denoise), ("decode", pass.Seconds.Decode), ("write", pass.Seconds.Write),
        ("total", pass.Seconds.Total),
    ];

    private static JsonObject Hashes(GenerationReport pass) => new() { ["latent"] = pass.Hashes.Latent, ["frames"] = pass.Hashes.Frames };
}
