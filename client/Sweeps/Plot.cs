using System.Globalization;
using System.Net;
using System.Text;

namespace OpenSora.Client.Sweeps;

/// <summary>A point of a plot.</summary>
/// <param name="Interval">Where the value is with a confidence of 95 %; null when that is not known.</param>
internal readonly record struct PlotPoint(double X, double Y, (double Low, double High)? Interval);

/// <summary>Points that belong together, in the order of x.</summary>
/// <param name="Hue">Lines of the same hue belong together; they differ by their dashes.</param>
internal sealed record PlotLine(string Name, int Hue, int Dash, IReadOnlyList<PlotPoint> Points);

/// <summary>A bar: parts from left to right, and where a bound is.</summary>
internal sealed record PlotBar(string Name, IReadOnlyList<(string Part, double Value)> Parts, double? Bound, string Value);

/// <summary>Plots as SVG that stands within a page. They need no script, no font and no network.</summary>
internal static class Plot
{
    private const int Width = 760, Left = 78, Right = 220, Top = 14, Bottom = 46, Height = 330, Bar = 22;

    /// <summary>Eight hues that people with any sight can tell apart (Okabe and Ito, 2008).</summary>
    private static readonly string[] Hues = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8a8400", "#555555"];
    private static readonly string[] Dashes = ["", "6 3", "2 3", "9 3 2 3"];

    /// <summary>Lines over x, of which the values that occur are marked.</summary>
    /// <param name="logarithmic">Both axes; all values are above 0 then.</param>
    /// <param name="ideal">A level that is drawn across; null for none.</param>
    public static string Lines(string xTitle, string yTitle, IReadOnlyList<PlotLine> lines, bool logarithmic, double? ideal)
    {
        PlotPoint[] all = [.. lines.SelectMany(line => line.Points)];
        double Scale(double value) => logarithmic ? Math.Log10(value) : value;
        double[] xs = [.. all.Select(point => point.X).Distinct().Order()];
        double xLow = Scale(xs[0]), xHigh = Scale(xs[^1]);
        double[] ticks = Ticks(logarithmic ? all.Min(point => point.Interval?.Low is > 0 and var low ? low : point.Y) : 0, all.Max(point => Math.Max(point.Interval?.High ?? point.Y, ideal ?? 0)), logarithmic);
        double yLow = Scale(ticks[0]), yHigh = Scale(ticks[^1]);
        int width = Width - Left - Right, height = Height - Top - Bottom;
        double X(double value) => Left + (xHigh > xLow ? width * (0.04 + (0.92 * (Scale(value) - xLow) / (xHigh - xLow))) : width / 2.0);
        double Y(double value) => Top + (height * (1 - ((Scale(value) - yLow) / (yHigh - yLow))));
        StringBuilder svg = Begin(Math.Max(Height, Top + (18 * lines.Count) + Bottom), $"{yTitle} over {xTitle}");
        foreach (double tick in ticks)
        {
            Draw(svg, $"<line class=\"grid\" x1=\"{Left}\" x2=\"{Left + width}\" y1=\"{Y(tick):0.0}\" y2=\"{Y(tick):0.0}\"/>");
            Draw(svg, $"<text x=\"{Left - 8}\" y=\"{Y(tick) + 4:0.0}\" text-anchor=\"end\">{tick:0.####}</text>");
        }
        foreach (double x in xs)
            Draw(svg, $"<text x=\"{X(x):0.0}\" y=\"{Top + height + 18}\" text-anchor=\"middle\">{x:0.####}</text>");
        Draw(svg, $"<text x=\"{Left + (width / 2)}\" y=\"{Top + height + 38}\" text-anchor=\"middle\">{Text(xTitle)}</text>");
        Draw(svg, $"<text transform=\"translate(16 {Top + (height / 2)}) rotate(-90)\" text-anchor=\"middle\">{Text(yTitle)}</text>");
        if (ideal is { } level)
            Draw(svg, $"<line class=\"ideal\" x1=\"{Left}\" x2=\"{Left + width}\" y1=\"{Y(level):0.0}\" y2=\"{Y(level):0.0}\"/>");
        for (int i = 0; i < lines.Count; i++)
        {
            PlotLine line = lines[i];
            string stroke = string.Create(CultureInfo.InvariantCulture, $"stroke=\"{Hues[line.Hue % Hues.Length]}\" stroke-dasharray=\"{Dashes[line.Dash % Dashes.Length]}\"");
            Draw(svg, $"<polyline fill=\"none\" stroke-width=\"2\" {stroke} points=\"{string.Join(' ', line.Points.Select(point => string.Create(CultureInfo.InvariantCulture, $"{X(point.X):0.0},{Y(point.Y):0.0}")))}\"/>");
            foreach (PlotPoint point in line.Points)
            {
                if (point.Interval is { Low: > 0 } interval)
                    Draw(svg, $"<line stroke=\"{Hues[line.Hue % Hues.Length]}\" stroke-width=\"1\" x1=\"{X(point.X):0.0}\" x2=\"{X(point.X):0.0}\" y1=\"{Y(interval.Low):0.0}\" y2=\"{Y(interval.High):0.0}\"/>");
                Draw(svg, $"<circle fill=\"{Hues[line.Hue % Hues.Length]}\" r=\"3.5\" cx=\"{X(point.X):0.0}\" cy=\"{Y(point.Y):0.0}\"><title>{Text(line.Name)}: {point.Y:0.####} at {point.X:0.####}</title></circle>");
            }
            Draw(svg, $"<line stroke-width=\"2\" {stroke} x1=\"{Left + width + 14}\" x2=\"{Left + width + 42}\" y1=\"{Top + 10 + (18 * i)}\" y2=\"{Top + 10 + (18 * i)}\"/>");
            Draw(svg, $"<text x=\"{Left + width + 48}\" y=\"{Top + 14 + (18 * i)}\">{Text(line.Name)}</text>");
        }
        return svg.Append("</svg>").ToString();
    }

    /// <summary>Bars below each other, each with its name before it and its value behind it.</summary>
    public static string Bars(string title, IReadOnlyList<PlotBar> bars)
    {
        const int Names = 250, Values = 130;
        int width = Width - Names - Values;
        string[] parts = [.. bars[0].Parts.Select(part => part.Part)];
        int legend = parts.Length > 1 ? Bar : 0;
        double most = bars.Max(bar => Math.Max(bar.Parts.Sum(part => part.Value), bar.Bound ?? 0));
        StringBuilder svg = Begin(legend + (Bar * bars.Count) + 8, title);
        for (int i = 0; legend > 0 && i < parts.Length; i++)
        {
            Draw(svg, $"<rect x=\"{Names + (90 * i)}\" y=\"4\" width=\"12\" height=\"12\" fill=\"{Hues[i % Hues.Length]}\"/>");
            Draw(svg, $"<text x=\"{Names + 17 + (90 * i)}\" y=\"14\">{Text(parts[i])}</text>");
        }
        for (int i = 0; i < bars.Count; i++)
        {
            PlotBar bar = bars[i];
            int y = legend + (Bar * i);
            Draw(svg, $"<text x=\"{Names - 8}\" y=\"{y + 15}\" text-anchor=\"end\">{Text(bar.Name)}</text>");
            double x = Names;
            for (int part = 0; part < bar.Parts.Count; part++)
            {
                double length = most > 0 ? width * bar.Parts[part].Value / most : 0;
                Draw(svg, $"<rect x=\"{x:0.0}\" y=\"{y + 3}\" width=\"{length:0.0}\" height=\"{Bar - 6}\" fill=\"{Hues[part % Hues.Length]}\"><title>{Text(bar.Name)}: {Text(bar.Parts[part].Part)} {bar.Parts[part].Value:0.####}</title></rect>");
                x += length;
            }
            if (bar.Bound is { } bound && most > 0)
                Draw(svg, $"<line class=\"bound\" x1=\"{Names + (width * bound / most):0.0}\" x2=\"{Names + (width * bound / most):0.0}\" y1=\"{y + 1}\" y2=\"{y + Bar - 1}\"/>");
            Draw(svg, $"<text x=\"{Math.Max(x, Names + (most > 0 ? width * (bar.Bound ?? 0) / most : 0)) + 8:0.0}\" y=\"{y + 15}\">{Text(bar.Value)}</text>");
        }
        return svg.Append("</svg>").ToString();
    }

    /// <summary>Round values that hold the range: 1, 2 and 5 times powers of ten.</summary>
    internal static double[] Ticks(double low, double high, bool logarithmic)
    {
        if (logarithmic)
        {
            int from = (int)Math.Floor(Math.Log10(low)), to = (int)Math.Ceiling(Math.Log10(high));
            double[] all = [.. Enumerable.Range(from, to - from + 1).SelectMany(power => new[] { 1, 2, 5 }.Select(digit => digit * Math.Pow(10, power)))];
            double first = all.Last(tick => tick <= low * (1 + 1e-9)), last = all.First(tick => tick >= high * (1 - 1e-9) && tick > first);
            return [.. all.Where(tick => tick >= first && tick <= last)];
        }
        double size = Math.Max(high - low, 1e-9), power10 = Math.Pow(10, Math.Floor(Math.Log10(size)));
        double step = new[] { 0.1, 0.2, 0.5, 1, 2 }.Select(digit => digit * power10).First(candidate => size / candidate <= 6);
        int count = (int)Math.Ceiling((size / step) - 1e-9);
        return [.. Enumerable.Range(0, count + 1).Select(i => low + (i * step))];
    }

    private static StringBuilder Begin(int height, string title) => new StringBuilder()
        .Append(CultureInfo.InvariantCulture, $"<svg role=\"img\" aria-label=\"{Text(title)}\" viewBox=\"0 0 {Width} {height}\" width=\"{Width}\" height=\"{height}\">");

    private static void Draw(StringBuilder svg, FormattableString shape) => svg.Append(FormattableString.Invariant(shape));

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
