using OpenSora.Prompts.Cleaning.Python;

namespace OpenSora.Prompts.Tests.Cleaning.Python;

public sealed class PythonTextTests
{
    [Theory]
    [InlineData("İSTANBUL", "i\u0307stanbul")]
    [InlineData("ΑΣ", "ας")]
    [InlineData("ΑΣ.", "ας.")]
    [InlineData("ΑΣΑ", "ασα")]
    [InlineData("Σ", "σ")]
    [InlineData("ΑΣ\u0301", "ας\u0301")]
    [InlineData("Α.ΣΑ", "α.σα")]
    [InlineData("ΑΣ ΒΣ", "ας βς")]
    [InlineData("ǅ ẞ \u212A Ⅷ", "ǆ ß k ⅷ")]
    [InlineData("𐐀", "𐐨")]
    public void Lowers_as_Python(string text, string expected) => Assert.Equal(expected, PythonText.Lower(text));

    [Theory]
    [InlineData("\x1C\x1F\x85\u3000 a b\t\v", "a b")]
    [InlineData("\u200Ba\uFEFF", "\u200Ba\uFEFF")]
    [InlineData(" \n ", "")]
    public void Strips_as_Python(string text, string expected) => Assert.Equal(expected, PythonText.Strip(text));

    [Theory]
    [InlineData('²')]
    [InlineData('½')]
    [InlineData('Ⅷ')]
    [InlineData('中')]
    [InlineData('_')]
    [InlineData(0x1D7CF)]
    public void Word_characters_are_letters_and_all_numbers(int codePoint) => Assert.True(PythonText.IsWord(codePoint));

    [Theory]
    [InlineData(0x301)]
    [InlineData(0x203F)]
    [InlineData(0x1F600)]
    [InlineData(0xD800)]
    [InlineData('-')]
    public void Word_characters_are_no_marks_connectors_or_symbols(int codePoint) => Assert.False(PythonText.IsWord(codePoint));

    [Fact]
    public void Digits_are_decimal_ones_of_any_script()
    {
        Assert.True(PythonText.IsDigit('٣') && PythonText.IsDigit(0x1D7CF) && PythonText.IsDigit('7'));
        Assert.False(PythonText.IsDigit('²') || PythonText.IsDigit('Ⅷ') || PythonText.IsDigit('a'));
    }
}
