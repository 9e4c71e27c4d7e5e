using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using OpenSora.Prompts.Texts;

namespace OpenSora.Prompts.Tests.Texts;

public class PromptScoresTests
{
    /// <summary>What Python 3.11 prints for <c>'%.1f' % value</c>.</summary>
    [Theory]
    [InlineData(0.25, "0.2")] // in the middle: to even
    [InlineData(0.75, "0.8")]
    [InlineData(0.35, "0.3")] // the double is just below
    [InlineData(2.05, "2.0")]
    [InlineData(5.55, "5.5")]
    [InlineData(0.15, "0.1")]
    [InlineData(0.95, "0.9")]
    [InlineData(9.95, "9.9")]
    [InlineData(9.96, "10.0")]
    [InlineData(-0.25, "-0.2")]
    [InlineData(-0.04, "-0.0")]
    [InlineData(0, "0.0")]
    [InlineData(1e15, "1000000000000000.0")]
    [InlineData(1e22, "10000000000000000000000.0")]
    public void Scores_have_one_decimal_as_python_prints_it(double value, string expected) =>
        Assert.Equal($"x aesthetic score: {expected}.", new PromptScores(value, null, null).Append("x"));

    [Fact]
    public void Rounding_is_exact_for_any_number() => Prop.ForAll(Scores().ToArbitrary(), value =>
        new PromptScores(null, value, null).Append("x") == $"x motion score: {Exact(value)}.").Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void A_score_that_is_there_is_not_added_again() => Assert.Equal(
        "a motion score: 3 aesthetic score: 6.5. camera motion: pan left.",
        new PromptScores(6.5, 4, "pan left").Append("a motion score: 3"));

    /// <summary>Numbers near and on the middles between tenths, and quarters, where exact middles are.</summary>
    private static Gen<double> Scores() => Gen.OneOf(
        from twentieths in Gen.Choose(-2000, 2000) select twentieths / 20.0,
        from eighths in Gen.Choose(-2000, 2000) select eighths / 8.0,
        from twentieths in Gen.Choose(0, 2000) select Math.BitIncrement(twentieths / 20.0),
        from twentieths in Gen.Choose(1, 2000) select Math.BitDecrement(twentieths / 20.0));

    /// <summary>The same in whole numbers: value = mantissa / 2^shift.</summary>
    private static string Exact(double value)
    {
        const int shift = 1074;
        BigInteger scaled = BigInteger.Zero;
        double rest = Math.Abs(value);
        // Doubles up to 2^53 are sums of powers of two; take them apart from the top.
        for (int power = 60; power >= -shift && rest != 0; power--)
            if (rest >= Math.ScaleB(1, power))
            {
                rest -= Math.ScaleB(1, power);
                scaled += BigInteger.One << (power + shift);
            }
        BigInteger tenths = BigInteger.DivRem(10 * scaled, BigInteger.One << shift, out BigInteger remainder);
        int middle = (2 * remainder).CompareTo(BigInteger.One << shift);
        tenths += middle > 0 || (middle == 0 && !tenths.IsEven) ? 1 : 0;
        return $"{(double.IsNegative(value) ? "-" : "")}{tenths / 10}.{tenths % 10}";
    }
}
