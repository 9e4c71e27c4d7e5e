using OpenSora.Prompts.Cleaning.Repair;

namespace OpenSora.Prompts.Tests.Cleaning.Repair;

public sealed class TextFixerTests
{
    [Theory]
    [InlineData("cafÃ©", "café")]
    [InlineData("Ã\u0192Â©", "é")] // two layers
    [InlineData("â€œxâ€\u009D", "\"x\"")]
    [InlineData("Ð\u009FÑ\u0080Ð¸", "При")]
    [InlineData("‚Äôs", "'s")] // Mac Roman
    [InlineData("voilÃ le", "voilà le")] // a lost no-break space
    [InlineData("lÃ\uFFFDx", "l\uFFFDx")] // a lost byte
    [InlineData("í\u00A0½í¸\u0080Ã©", "😀é")] // CESU-8
    [InlineData("\u0080\u0093", "€\"")] // C1 controls
    public void Undoes_mojibake(string text, string expected) => Assert.Equal(expected, TextFixer.Fix(text));

    [Theory]
    [InlineData("naïve café, Ünïcödé")]
    [InlineData("100€ £50 x²")]
    [InlineData("Привет мир")]
    [InlineData("(╯°□°)╯︵ ┻━┻")]
    public void Leaves_good_text(string text) => Assert.Equal(text, TextFixer.Fix(text));

    [Theory]
    [InlineData("&lt;b&gt;", "<b>")]
    [InlineData("<b> &lt;", "<b> &lt;")]
    [InlineData("<\n&lt;", "<\n&lt;")]
    [InlineData("&lt;\n<", "<\n<")]
    [InlineData("L&AMP;AMP;ATILDE;&AMP;AMP;SUP3;PEZ", "LóPEZ")]
    public void Resolves_entities_unless_it_is_markup(string text, string expected) => Assert.Equal(expected, TextFixer.Fix(text));

    [Theory]
    [InlineData("\uFB01ĳǅŉ", "fiijDž'n")]
    [InlineData("Ｆ\u3000ｱ￥", "F ア¥")]
    [InlineData("‘a’ “b”", "'a' \"b\"")]
    [InlineData("a\r\nb\rc\u2028d", "a\nb\nc\nd")]
    [InlineData("\x1B[31mred\x1B[0m", "red")]
    [InlineData("a\u0001b\uFEFFc", "abc")]
    [InlineData("e\u0301", "é")]
    public void Replaces_characters(string text, string expected) => Assert.Equal(expected, TextFixer.Fix(text));

    // Attributes cannot hold lone surrogates.
    [Fact]
    public void Replaces_lone_surrogates() => Assert.Equal("\uFFFDx😀\uFFFD", TextFixer.Fix("\uDC00x😀\uD800"));
}
