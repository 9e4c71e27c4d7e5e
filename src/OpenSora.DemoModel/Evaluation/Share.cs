namespace OpenSora.DemoModel.Evaluation;

/// <summary>How many of a number of tries were right, with the 95 % interval of Wilson (1927), which also holds near 0 and 1.</summary>
/// <param name="Right">Tries that were right.</param>
/// <param name="Of">Tries, at least 1.</param>
internal sealed record Share(int Right, int Of)
{
    private const double Z = 1.959964;

    public double Value => Math.Round((double)Right / Of, 4);

    /// <summary>Lower and upper end of the interval.</summary>
    public double[] Interval
    {
        get
        {
            double p = (double)Right / Of, middle = p + Z * Z / (2 * Of), half = Z * Math.Sqrt((p * (1 - p) + Z * Z / (4.0 * Of)) / Of), scale = 1 + Z * Z / Of;
            return [Math.Round((middle - half) / scale, 4), Math.Round((middle + half) / scale, 4)];
        }
    }

    public static Share Count<T>(IReadOnlyCollection<T> all, Func<T, bool> right) => new(all.Count(right), Math.Max(1, all.Count));
}
