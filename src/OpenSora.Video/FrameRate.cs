using System.Globalization;
using System.Numerics;

namespace OpenSora.Video;

/// <summary>Frames a second as a fraction in lowest terms, e.g. 24 or 30000/1001.</summary>
public readonly record struct FrameRate
{
    private readonly int _beyondNumerator, _beyondDenominator;

    /// <param name="numerator">1 and more.</param>
    /// <param name="denominator">1 and more.</param>
    public FrameRate(int numerator, int denominator = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(numerator, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(denominator, 1);
        int common = (int)BigInteger.GreatestCommonDivisor(numerator, denominator);
        (_beyondNumerator, _beyondDenominator) = (numerator / common - 1, denominator / common - 1);
    }

    public int Numerator => _beyondNumerator + 1;
    public int Denominator => _beyondDenominator + 1;

    /// <summary>As ffmpeg reads it, e.g. <c>24/1</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Numerator}/{Denominator}");
}
