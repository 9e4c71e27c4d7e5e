namespace OpenSora.Video.Tests;

/// <summary>Peak signal-to-noise ratio of 8-bit frames, in dB: 10 log10(255² / mean squared error).</summary>
internal sealed class Psnr
{
    private double _rgb, _luma;
    private long _pixels;

    public void Add(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual)
    {
        for (int i = 0; i < expected.Length; i += 3)
        {
            int r = expected[i] - actual[i], g = expected[i + 1] - actual[i + 1], b = expected[i + 2] - actual[i + 2];
            _rgb += (r * r) + (g * g) + (b * b);
            double y = (0.2126 * r) + (0.7152 * g) + (0.0722 * b); // BT.709
            _luma += y * y;
        }
        _pixels += expected.Length / 3;
    }

    /// <summary>Over the three channels.</summary>
    public double Rgb => Decibels(_rgb / (3 * _pixels));

    public double Luma => Decibels(_luma / _pixels);

    private static double Decibels(double meanSquaredError) => 10 * Math.Log10(255 * 255 / meanSquaredError);
}
