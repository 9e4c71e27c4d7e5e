using System.Text.Json;
using OpenSora.Benchmarks.Scaling;
using OpenSora.Contracts;
using OpenSora.Contracts.Generation;

namespace OpenSora.Benchmarks.Caching;

/// <summary>What <c>--cache</c> saves, and what it costs: each rule beside the same video without it, on the demo model unless told otherwise.</summary>
internal sealed class CacheBenchmark(string program, string folder, IReadOnlyList<string> rules, int cards, int repeats, IReadOnlyList<string> flags)
{
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <exception cref="InputException">A run failed, or another number of cards gave other bytes.</exception>
    public async Task<CacheReport> Run()
    {
        List<double> plainSeconds = [];
        Dictionary<string, List<double>> seconds = rules.ToDictionary(rule => rule, _ => new List<double>());
        Dictionary<string, GenerationReport> last = [];
        GenerationReport? plain = null;
        for (int run = 0; run < repeats; run++)
        {
            plain = await Generate("none", cards);
            plainSeconds.Add(plain.Seconds.Denoise);
            foreach (string rule in rules)
            {
                last[rule] = await Generate(rule, cards);
                seconds[rule].Add(last[rule].Seconds.Denoise);
            }
        }
        List<CacheRow> rows = [];
        foreach (string rule in rules)
        {
            GenerationReport cached = last[rule], alone = await Generate(rule, 1);
            if (alone.Hashes != cached.Hashes)
                throw new InputException($"--cache {rule}: 1 card gave {alone.Hashes} and {cards} cards gave {cached.Hashes}: the same bytes were promised");
            Likeness likeness = await Likeness.Of(cached.Files[0], plain!.Files[0]);
            CacheUse use = cached.Cache ?? throw new InputException($"--cache {rule} was not used");
            rows.Add(new CacheRow(
                rule, use.Evaluated, use.Taken, use.Fewer, Finite(likeness.Psnr), likeness.Ssim, cached.BytesSent.Total,
                plain.BytesSent.Total == 0 ? 0 : 1 - (double)cached.BytesSent.Total / plain.BytesSent.Total,
                Median(seconds[rule]), Median(plainSeconds) / Median(seconds[rule])));
        }
        return new CacheReport(
            $"{plain!.Height}x{plain.Width}, {plain.Frames} frames, {plain.Steps} steps", plain.Prompt, cards, plain.Threads, repeats, plain.BytesSent.Total, Median(plainSeconds), rows);
    }

    public static string Json(CacheReport report) => JsonSerializer.Serialize(report, s_json);

    public static string Text(CacheReport report)
    {
        List<string> lines =
        [
            FormattableString.Invariant($"{report.Clip}, {report.Cards} cards of {report.Threads} thread(s); without a cache {report.PlainSeconds:0.00} s of denoising (median of {report.Repeats}), {report.PlainBytes:N0} bytes between cards"),
            $"{"--cache",-10} {"evaluations",12} {"PSNR dB",8} {"SSIM",7} {"bytes less",11} {"seconds",8} {"faster",7}",
        ];
        foreach (CacheRow row in report.Rows)
            lines.Add(FormattableString.Invariant(
                $"{row.Rule,-10} {$"{row.FewerEvaluations:0.00} x fewer",12} {(row.Psnr is { } psnr ? $"{psnr:0.0}" : "same"),8} {row.Ssim,7:0.0000} {row.BytesSaved,11:0.0%} {row.Seconds,8:0.00} {row.Faster,7:0.00}"));
        return string.Join('\n', lines);
    }

    /// <summary>Measures, and prints the table or one JSON document.</summary>
    public static async Task Run(Flags given, string home)
    {
        string folder = Path.Combine(home, "artifacts", "cache");
        bool json = given.Word("--json", "false") == "true";
        int cards = given.Number("--cards", 2), repeats = given.Number("--repeats", 1);
        string[] rules = given.Word("--rules", "pab,fb:0.05,fb:0.1,fb:0.2").Split(',');
        foreach (string rule in rules)
            _ = StepCache.Parse(rule) ?? throw new InputException($"--rules {rule}: give pab, fb or fb:THRESHOLD, several with commas between them");
        string prompt = given.Word("--prompt", "a red circle moving right on a black background"), steps = given.Word("--steps", "30");
        int threads = given.Number("--threads", 1);
        // The demo model's own clip is a single unit, which more than two cards cannot share.
        string resolution = given.Word("--resolution", ""), frames = given.Word("--num-frames", "");
        string[] size = [.. resolution.Length > 0 ? ["--resolution", resolution] : Array.Empty<string>(), .. frames.Length > 0 ? ["--num-frames", frames] : Array.Empty<string>()];
        given.Done();
        CacheBenchmark benchmark = new(
            Path.Combine(home, "opensora"), folder, rules, cards, repeats,
            [.. size, "--prompt", prompt, "--num-sampling-steps", steps, "--threads", $"{threads}", "--device", "cpu", "--dtype", "fp32", "--crf", "0"]);
        CacheReport report = await benchmark.Run();
        Console.Out.WriteLine(json ? Json(report) : Text(report));
    }

    private Task<GenerationReport> Generate(string rule, int count) => Generation.Run(
        program, [.. flags, "--cache", rule, "--cards", $"{count}", "--save-dir", folder, "--sample-name", $"{rule.Replace(':', '-')}-{count}"]);

    /// <summary>Null for infinite: the videos are the same.</summary>
    private static double? Finite(double value) => double.IsFinite(value) ? value : null;

    private static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}

/// <summary>What rules of a cache save, beside the same video without it.</summary>
/// <param name="Clip">Size, length, steps.</param>
/// <param name="PlainBytes">Bytes between the cards without a cache.</param>
/// <param name="PlainSeconds">Median seconds of denoising without a cache.</param>
internal sealed record CacheReport(
    string Clip, string Prompt, int Cards, int Threads, int Repeats, long PlainBytes, double PlainSeconds, IReadOnlyList<CacheRow> Rows);

/// <summary>One rule. All but the seconds repeats exactly.</summary>
/// <param name="Evaluated">Parts of blocks (self-attention, cross-attention, MLP) that were evaluated, over all cards.</param>
/// <param name="Taken">Parts taken from an earlier step.</param>
/// <param name="FewerEvaluations">How many times fewer evaluations there were.</param>
/// <param name="Psnr">Peak signal-to-noise ratio to the video without a cache, in dB; null when they are the same.</param>
/// <param name="Ssim">Structural similarity to it, up to 1.</param>
/// <param name="BytesSaved">Share of the bytes between the cards, 0 to 1.</param>
/// <param name="Seconds">Median seconds of denoising.</param>
/// <param name="Faster">Seconds without a cache over these.</param>
internal sealed record CacheRow(
    string Rule, long Evaluated, long Taken, double FewerEvaluations, double? Psnr, double Ssim, long BytesSent, double BytesSaved, double Seconds, double Faster);
