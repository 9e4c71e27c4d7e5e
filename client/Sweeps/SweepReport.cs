using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using OpenSora.Planning.Published;

namespace OpenSora.Client.Sweeps;

/// <summary>The results of a sweep as tables and as a page, each made anew from results.jsonl.</summary>
internal static class SweepReport
{
    /// <summary>Flags in the order in which people think of them; others follow by name.</summary>
    private static readonly string[] Order = ["resolution", "aspect-ratio", "image-size", "num-frames", "dtype", "num-sampling-steps", "cache", "threads", "micro-batch-size", "micro-frame-size"];

    /// <summary>Stands behind the name of a cell that worked beside others.</summary>
    private const string Shared = "shared";

    /// <param name="published">Whether published times of the same sizes stand beside, in a column of their own.</param>
    /// <returns>The files that were written; none when there is nothing to tell.</returns>
    public static IReadOnlyList<string> Write(SweepFolder folder, bool published)
    {
        IReadOnlyDictionary<string, double> times = published ? Published() : new Dictionary<string, double>();
        SweepRow[] found = [.. folder.Results.Select(result => new SweepRow(result))];
        if (found.Length == 0)
            return [];
        string[] varied = Varied(found);
        SweepRow[] rows = [.. found
            .Select(row => row with { PublishedSeconds = times.TryGetValue(PublishedName(row), out double seconds) ? seconds : null })
            .Order(Comparer<SweepRow>.Create((a, b) => varied.Select(flag => Compare(flag, a, b)).FirstOrDefault(order => order != 0)))];
        return
        [
            folder.Write("results.csv", Csv(rows)),
            folder.Write("results.md", Markdown(rows, varied)),
            folder.Write("report.html", SweepPage.Of(rows, varied)),
        ];
    }

    /// <summary>The cell by what varies, e.g. <c>240p 2s, 2 cards</c>; cells that worked beside others are told apart.</summary>
    /// <param name="except">Flags that are not told.</param>
    public static string Name(SweepRow row, string[] varied, params string[] except)
    {
        string[] told = [.. varied.Where(flag => flag != "cards" && !except.Contains(flag) && row.Flags.ContainsKey(flag)).Select(flag => Word(flag, row.Flags[flag]))];
        string name = string.Join(' ', told), cards = row.Flags.GetValueOrDefault("cards") ?? "";
        string[] parts =
        [
            name, except.Contains("cards") || !varied.Contains("cards") || cards.Length == 0 ? "" : $"{cards} {(cards == "1" ? "card" : "cards")}",
            row.Beside > 0 ? Shared : "",
        ];
        return string.Join(", ", parts.Where(part => part.Length > 0));
    }

    /// <summary>Figures for people: as many digits as they are worth.</summary>
    public static string Short(double? value) => value is not { } known ? "" : Math.Abs(known) switch
    {
        >= 100 => known.ToString("0", CultureInfo.InvariantCulture),
        >= 10 => known.ToString("0.0", CultureInfo.InvariantCulture),
        _ => known.ToString("0.00", CultureInfo.InvariantCulture),
    };

    public static string Megabytes(double bytes) => Short(bytes / 1e6);

    /// <summary>The table for people: head, then a row for each cell.</summary>
    public static IEnumerable<string[]> Table(SweepRow[] rows, string[] varied)
    {
        bool predicted = rows.Any(row => row.PredictedSeconds is not null), published = rows.Any(row => row.PublishedSeconds is not null);
        bool disturbed = rows.Any(row => row.IsMeasured && !row.IsUndisturbed);
        yield return
        [
            .. varied, "seconds (median)", "95 % of the mean", "frames/s", .. SweepRow.Stages, "load", "efficiency", "MB sent", "MB bound", "memory, MB", "same bytes as 1 card",
            .. disturbed ? (string[])["cells beside", "cards lost", "passes interrupted"] : [],
            .. predicted ? (string[])["predicted, s"] : [], .. published ? (string[])[PublishedTitle] : [], "not measured because",
        ];
        foreach (SweepRow row in rows)
        {
            string[] figures = !row.IsMeasured ? [.. Enumerable.Repeat("", 8 + SweepRow.Stages.Length + 1)] :
            [
                Short(row.Seconds), row.Interval is { } interval ? $"{Short(interval.Low)} – {Short(interval.High)}" : "", Short(row.FramesPerSecond),
                .. SweepRow.Stages.Select(stage => Short(row.Median(stage))), Short(row.Median("load")), Short(row.Efficiency(rows)),
                row.Cards > 1 ? Megabytes(row.BytesSent) : "", row.Cards > 1 ? Megabytes(row.BytesBound) : "", Megabytes(row.Memory), row.SameBytes(rows) switch { null => "", true => "yes", false => "NO" },
            ];
            yield return
            [
                .. varied.Select(flag => row.Flags.GetValueOrDefault(flag) ?? ""), .. figures,
                .. !disturbed ? (string[])[] : row.IsMeasured ? [$"{row.Beside}", $"{row.Losses}", $"{row.Interrupted}"] : ["", "", ""],
                .. predicted ? (string[])[Short(row.PredictedSeconds)] : [], .. published ? (string[])[Short(row.PublishedSeconds)] : [], row.Reason,
            ];
        }
    }

    /// <summary>What was measured, when, by what, on what.</summary>
    public static IEnumerable<string> Facts(SweepRow[] rows)
    {
        SweepRow[] measured = [.. rows.Where(row => row.IsMeasured)];
        yield return $"{measured.Length} of {rows.Length} cells measured, {rows.Count(row => row.Status == SweepRun.Infeasible)} cannot be done, {rows.Count(row => row.Status == SweepRun.Broken)} failed.";
        if (measured.Length == 0)
            yield break;
        JsonObject[] reports = [.. measured.Select(row => row.Report)];
        string Each(Func<JsonObject, string?> of) => string.Join("; ", reports.Select(of).Where(text => text is { Length: > 0 }).Distinct().Order(StringComparer.Ordinal));
        yield return $"Measured {reports.Min(report => (string?)report["measured_at"])} to {reports.Max(report => (string?)report["measured_at"])}, commit {Each(report => (string?)report["commit"])}.";
        yield return $"{Each(report => (string?)report["performance_info"]!["device"])} {Each(report => (string?)report["device_info"]!["Dev Name"])}".TrimEnd()
            + $" on {Each(report => (string?)report["cpu_info"]!["cpu_model_name"])}, {Each(report => (string?)report["cpu_info"]!["cpu_count"]?.ToString())} cores, {Each(report => (string?)report["os_info"]!["os_distrb_name"])}.";
        yield return $"Passes of each cell: {Each(report => report["performance_info"]!["warmup_count"]?.ToString())} to warm up, {Each(report => report["performance_info"]!["eval_count"]?.ToString())} measured, {Each(report => report["performance_info"]!["denoising_steps"]?.ToString())} steps, {Each(report => (string?)report["performance_info"]!["dtype"])} computed in {Each(report => (string?)report["compute_dtype"])}.";
        if (Each(report => (string?)report["kind"]) is { Length: > 0 } kinds)
            yield return $"Cards: {kinds}.";
        if (measured.Count(row => row.Beside > 0) is > 0 and var shared)
            yield return $"{shared} of the measured cells worked beside others of this sweep and share their machines: seconds are marked as {Shared}, and efficiency is not told. --at-once 1 measures cells alone.";
        if (measured.Count(row => row.Losses > 0 || row.Interrupted > 0) is > 0 and var recovered)
            yield return $"{recovered} of the measured cells lost cards or were interrupted, and were gone on with: their bytes hold, efficiency is not told of their seconds.";
        if (measured.Count(row => int.TryParse(row.Flags.GetValueOrDefault("cards"), out int asked) && asked > row.Cards) is > 0 and var fewer)
            yield return $"{fewer} of the measured cells got fewer cards than they asked for, because the service had no more.";
        if (reports.Any(report => report["command_line"]?.AsArray().Any(word => (string?)word == "--server") == true))
            yield return "Measured by a service: processor, cores and system are those of the machine that asked.";
    }

    private const string PublishedTitle = "published, s (1 x H100 80 GB, full model, 30 steps)";

    private static string Markdown(SweepRow[] rows, string[] varied)
    {
        StringBuilder text = new("# Sweep\n\n");
        foreach (string fact in Facts(rows))
            text.Append(fact).Append("  \n");
        text.Append("Seconds are those of a pass without loading the networks; stages are medians; efficiency is the time of one card over cards times time, where both cells worked alone.\n\n");
        bool head = true;
        foreach (string[] row in Table(rows, varied))
        {
            text.Append("| ").AppendJoin(" | ", row.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");
            if (head)
                text.Append('|').Insert(text.Length, "---|", row.Length).Append('\n');
            head = false;
        }
        return text.ToString();
    }

    /// <summary>All figures with all digits.</summary>
    private static string Csv(SweepRow[] rows)
    {
        string[] flags = [.. rows.SelectMany(row => row.Flags.Keys).Distinct().Order(Comparer<string>.Create(CompareFlags))];
        string[] stages = ["load", .. SweepRow.Stages];
        StringBuilder csv = new();
        Line(csv,
        [
            .. flags, "status", "reason", "commit", "measured_at", "measured_on", "processor", "kind", "compute_dtype", "frames", "height", "width", "steps", "passes",
            "seconds_median", "seconds_mean", "seconds_standard_deviation", "seconds_low_95", "seconds_high_95", "frames_per_second",
            .. stages.Select(stage => $"{stage}_seconds_median"), "efficiency", "bytes_sent", "bytes_bound", "peak_memory_bytes", "sha256_latent", "sha256_frames", "same_bytes_as_one_card",
            "cards_given", "cells_beside", "cards_lost", "recomputed_steps", "passes_interrupted",
            "predicted_seconds", "predicted_memory_bytes", "published_seconds",
        ]);
        foreach (SweepRow row in rows)
        {
            JsonObject? report = row.IsMeasured ? row.Report : null, figures = row.IsMeasured ? row.Figures("infer") : null;
            string Of(JsonNode? value) => value?.GetValueKind() == System.Text.Json.JsonValueKind.String ? (string)value! : value?.ToJsonString() ?? "";
            Line(csv,
            [
                .. flags.Select(flag => row.Flags.GetValueOrDefault(flag) ?? ""), row.Status, row.Reason, Of(report?["commit"]), Of(report?["measured_at"]), Of(report?["performance_info"]!["device"]),
                Of(report?["cpu_info"]!["cpu_model_name"]), Of(report?["kind"]), Of(report?["compute_dtype"]), Of(report?["frames"]), Of(report?["height"]), Of(report?["width"]), Of(report?["performance_info"]!["denoising_steps"]), Of(figures?["count"]),
                Of(figures?["median"]), Of(figures?["mean"]), Of(figures?["standard_deviation"]), Of(figures?["interval_95"]?[0]), Of(figures?["interval_95"]?[1]), Of(report?["frames_per_second"]),
                .. stages.Select(stage => row.IsMeasured ? Exact(row.Median(stage)) : ""), Exact(row.Efficiency(rows)), Of(report?["bytes_sent"]!["total"]), Of(report?["bytes_sent"]!["bound"]),
                Of(report?["peak_memory_bytes"]), Of(report?["sha256"]!["latent"]), Of(report?["sha256"]!["frames"]), row.SameBytes(rows) switch { null => "", true => "true", false => "false" },
                .. row.IsMeasured ? (string[])[Of(report!["cards"]), $"{row.Beside}", $"{row.Losses}", $"{row.RecomputedSteps}", $"{row.Interrupted}"] : ["", "", "", "", ""],
                Exact(row.PredictedSeconds), row.PredictedMemory?.ToString(CultureInfo.InvariantCulture) ?? "", Exact(row.PublishedSeconds),
            ]);
        }
        return csv.ToString();
    }

    private static string Exact(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";

    /// <summary>As RFC 4180 has it.</summary>
    private static void Line(StringBuilder csv, string[] cells) => csv.AppendJoin(',', cells.Select(cell =>
        cell.AsSpan().IndexOfAny(",\"\r\n") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"")).Append("\r\n");

    /// <summary>Flags that do not have the same value in all rows; cards come last, and are always told.</summary>
    private static string[] Varied(SweepRow[] rows) => [.. rows.SelectMany(row => row.Flags.Keys).Distinct()
        .Where(flag => flag != "cards" && rows.Select(row => row.Flags.GetValueOrDefault(flag)).Distinct().Count() > 1)
        .Order(Comparer<string>.Create(CompareFlags)), .. rows.Any(row => row.Flags.ContainsKey("cards")) ? (string[])["cards"] : []];

    private static int CompareFlags(string a, string b)
    {
        int Place(string flag) => Array.IndexOf(Order, flag) is >= 0 and var at ? at : Order.Length;
        return Place(a) != Place(b) ? Place(a).CompareTo(Place(b)) : string.CompareOrdinal(a, b);
    }

    /// <summary>Numbers, and words that begin with one, by their number: 8s before 16s.</summary>
    private static int Compare(string flag, SweepRow a, SweepRow b)
    {
        string one = a.Flags.GetValueOrDefault(flag) ?? "", other = b.Flags.GetValueOrDefault(flag) ?? "";
        int seconds = (one.EndsWith('s') || one.EndsWith('x')).CompareTo(other.EndsWith('s') || other.EndsWith('x'));
        int number = Number(one).CompareTo(Number(other));
        return seconds != 0 ? seconds : number != 0 ? number : string.CompareOrdinal(one, other);
    }

    private static double Number(string text)
    {
        string digits = string.Concat(text.TakeWhile(letter => char.IsAsciiDigit(letter) || letter == '.'));
        return double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : double.PositiveInfinity;
    }

    private static string Word(string flag, string value) => flag switch
    {
        "num-frames" => value == "1" ? "image" : int.TryParse(value, out _) ? $"{value} frames" : value,
        "resolution" or "image-size" or "dtype" or "aspect-ratio" => value.Replace(' ', 'x'),
        _ => $"{flag} {value}",
    };

    private static string PublishedName(SweepRow row) => $"{row.Flags.GetValueOrDefault("resolution")} {Word("num-frames", row.Flags.GetValueOrDefault("num-frames") ?? "")}";

    /// <summary>Published seconds by resolution and length, e.g. <c>480p 8s</c>.</summary>
    private static IReadOnlyDictionary<string, double> Published() =>
        Calibration.Standard.Report().Points.ToDictionary(point => point.Name, point => point.PublishedSeconds);
}
