using System.Net;
using System.Text;

namespace OpenSora.Client.Sweeps;

/// <summary>The results of a sweep as one page that stands alone: its plots and styles are within it, and it has no script.</summary>
internal static class SweepPage
{
    private const string Style = """
        body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}
        h1,h2{line-height:1.2}figure{margin:1.5rem 0;overflow-x:auto}figcaption{color:#555}
        svg text{font:12px system-ui,sans-serif;fill:#333}svg .grid{stroke:#ddd}svg .ideal{stroke:#888;stroke-dasharray:2 4}svg .bound{stroke:#000;stroke-width:2}
        .wide{overflow-x:auto}table{border-collapse:collapse;font-size:13px}th,td{padding:.25rem .6rem;border-bottom:1px solid #ddd;text-align:right;white-space:nowrap}
        th:first-child,td:first-child,td:last-child{text-align:left}td:last-child{white-space:normal;min-width:16rem}.no td{color:#777}
        """;

    /// <param name="rows">One at least.</param>
    /// <param name="varied">Flags that differ between rows.</param>
    public static string Of(SweepRow[] rows, string[] varied)
    {
        StringBuilder page = new($"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>OpenSora sweep</title>\n<style>\n{Style}\n</style>\n</head>\n<body>\n<h1>OpenSora sweep</h1>\n<ul>\n");
        foreach (string fact in SweepReport.Facts(rows))
            page.Append($"<li>{Text(fact)}</li>\n");
        page.Append("</ul>\n");
        SweepRow[] measured = [.. rows.Where(row => row.IsMeasured)], shared = [.. measured.Where(row => row.Cards > 1)];
        if (measured.Length > 0)
        {
            BySize(page, measured, varied, "Latency", "seconds of a pass (strokes: 95 % of the mean)", row => row.Seconds, row => row.Interval);
            BySize(page, measured, varied, "Frames a second", "frames/s", row => row.FramesPerSecond, _ => null);
            if (shared.Any(row => row.Efficiency(measured) is not null))
                Section(page, "Efficiency over cards", "Time of one card over cards times time of all, of cells that worked alone; 1 is as good as independent cards.",
                    Plot.Lines("cards", "efficiency", Lines(shared.Where(row => row.Efficiency(measured) is not null), varied, "cards", row => row.Cards, row => row.Efficiency(measured)!.Value, _ => null), false, 1));
            if (shared.Length > 0)
                Section(page, "Bytes between cards", "Sent while denoising, in MB; the mark is what cards would send that share tokens evenly.",
                    Plot.Bars("bytes sent", [.. shared.Select(row => new PlotBar(SweepReport.Name(row, varied), [("sent", row.BytesSent / 1e6)], row.BytesBound / 1e6,
                        row.BytesBound > 0 ? FormattableString.Invariant($"{SweepReport.Megabytes(row.BytesSent)} ({row.BytesSent / row.BytesBound:0.0000})") : SweepReport.Megabytes(row.BytesSent)))]));
            Section(page, "Memory", "The most that one card process held, in MB.",
                Plot.Bars("memory", [.. measured.Select(row => new PlotBar(SweepReport.Name(row, varied), [("memory", row.Memory / 1e6)], null, SweepReport.Megabytes(row.Memory)))]));
            Section(page, "Stages", "Shares of a pass; seconds behind the bar.",
                Plot.Bars("stages", [.. measured.Select(row => new PlotBar(SweepReport.Name(row, varied), Shares(row), null, FormattableString.Invariant($"{SweepReport.Short(row.Seconds)} s")))]));
        }
        page.Append("<h2>All cells</h2>\n<div class=\"wide\"><table>\n");
        int at = -1;
        foreach (string[] cells in SweepReport.Table(rows, varied))
        {
            page.Append(at < 0 ? "<tr>" : rows[at].IsMeasured ? "<tr>" : "<tr class=\"no\">");
            foreach (string cell in cells)
                page.Append(at < 0 ? $"<th>{Text(cell)}</th>" : $"<td>{Text(cell)}</td>");
            page.Append("</tr>\n");
            at++;
        }
        return page.Append("</table></div>\n</body>\n</html>\n").ToString();
    }

    /// <summary>Over the length where that varies, else a bar for each cell.</summary>
    private static void BySize(StringBuilder page, SweepRow[] rows, string[] varied, string title, string unit, Func<SweepRow, double> value, Func<SweepRow, (double, double)?> interval)
    {
        bool overFrames = rows.Select(row => row.Frames).Distinct().Count() > 1;
        Section(page, title, overFrames ? "Over the frames of a video; both axes are logarithmic." : unit, overFrames
            ? Plot.Lines("frames", unit, Lines(rows, varied, "num-frames", row => row.Frames, value, interval), true, null)
            : Plot.Bars(title, [.. rows.Select(row => new PlotBar(SweepReport.Name(row, varied), [(unit, value(row))], null, SweepReport.Short(value(row))))]));
    }

    /// <summary>A line for each combination of flags other than that of x.</summary>
    private static PlotLine[] Lines(
        IEnumerable<SweepRow> rows, string[] varied, string x, Func<SweepRow, double> place, Func<SweepRow, double> value, Func<SweepRow, (double, double)?> interval)
    {
        var lines = rows.GroupBy(row => SweepReport.Name(row, varied, x)).Select(line => (Name: line.Key, Hue: SweepReport.Name(line.First(), varied, x, "cards"), Rows: line.OrderBy(place))).ToArray();
        string[] hues = [.. lines.Select(line => line.Hue).Distinct()];
        return [.. lines.Select(line => new PlotLine(
            line.Name.Length > 0 ? line.Name : "all", Array.IndexOf(hues, line.Hue), lines.Where(other => other.Hue == line.Hue).ToList().IndexOf(line),
            [.. line.Rows.Select(row => new PlotPoint(place(row), value(row), interval(row)))]))];
    }

    private static (string, double)[] Shares(SweepRow row)
    {
        double all = SweepRow.Stages.Sum(row.Median);
        return [.. SweepRow.Stages.Select(stage => (stage, all > 0 ? row.Median(stage) / all : 0))];
    }

    private static void Section(StringBuilder page, string title, string caption, string plot) =>
        page.Append($"<h2>{Text(title)}</h2>\n<figure>{plot}<figcaption>{Text(caption)}</figcaption></figure>\n");

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
