namespace OpenSora.Client.Benchmarks;

/// <summary>What repeated measurements come to.</summary>
/// <param name="StandardDeviation">Of the sample, with n − 1; null of one value.</param>
/// <param name="Interval95">The interval that holds the mean with a confidence of 95 %, by Student's t; null of one value.</param>
internal sealed record Statistics(int Count, double Median, double Mean, double? StandardDeviation, (double Low, double High)? Interval95)
{
    /// <summary>97.5 % quantiles of Student's t for 1 to 30 degrees of freedom; beyond, those of the normal distribution are within 2 %.</summary>
    private static readonly double[] Quantiles =
    [
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
        2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
    ];

    /// <param name="values">One or more.</param>
    public static Statistics Of(IReadOnlyList<double> values)
    {
        double[] sorted = [.. values.Order()];
        int n = sorted.Length;
        double median = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2, mean = sorted.Average();
        if (n == 1)
            return new Statistics(n, median, mean, null, null);
        double deviation = Math.Sqrt(sorted.Sum(value => (value - mean) * (value - mean)) / (n - 1));
        double margin = (n - 1 <= Quantiles.Length ? Quantiles[n - 2] : 1.96) * deviation / Math.Sqrt(n);
        return new Statistics(n, median, mean, deviation, (mean - margin, mean + margin));
    }
}
