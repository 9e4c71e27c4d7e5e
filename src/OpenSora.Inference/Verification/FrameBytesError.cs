namespace OpenSora.Inference.Verification;

/// <summary>How far frames are from others: a last bit may round a colour up that was rounded down.</summary>
internal static class FrameBytesError
{
    /// <summary>The share of bytes that may differ.</summary>
    public const double Tolerance = 0.005;

    /// <summary>The share of bytes that differ, or infinity where one is off by more than a level.</summary>
    public static double Between(byte[] ours, byte[] expected)
    {
        if (ours.Length != expected.Length || ours.Zip(expected).Any(pair => Math.Abs(pair.First - pair.Second) > 1))
            return double.PositiveInfinity;
        return (double)ours.Zip(expected).Count(pair => pair.First != pair.Second) / ours.Length;
    }
}
