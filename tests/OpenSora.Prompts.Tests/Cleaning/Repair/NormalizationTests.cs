using OpenSora.Prompts.Cleaning.Repair;

namespace OpenSora.Prompts.Tests.Cleaning.Repair;

/// <summary>Examples of Unicode Standard Annex 15.</summary>
public sealed class NormalizationTests
{
    [Theory]
    [InlineData("e\u0301", "é")]
    [InlineData("\u212B", "Å")] // a singleton is not composed again
    [InlineData("\u0958", "\u0915\u093C")] // excluded from composition
    [InlineData("q\u0307\u0323", "q\u0323\u0307")] // marks by class
    [InlineData("s\u0323\u0307", "\u1E69")]
    [InlineData("a\u0301\u0301", "á\u0301")]
    [InlineData("a\u0328\u0301", "ą\u0301")]
    [InlineData("a\u030A\u0301", "\u01FB")]
    [InlineData("\u1100\u1161\u11A8", "각")]
    [InlineData("\uAC00\u11A8", "각")]
    [InlineData("\uAC01\u11A8", "각\u11A8")]
    [InlineData("\u0301e", "\u0301e")]
    [InlineData("\U0001109A", "\U0001109A")]
    public void Composes(string text, string expected) => Assert.Equal(expected, Normalization.Compose(text));
}
