using OpenSora.Prompts.Cleaning.Python;

namespace OpenSora.Prompts.Tests.Cleaning.Python;

public sealed class UrlTextTests
{
    [Theory]
    [InlineData("a+b", "a b")]
    [InlineData("a%20b", "a b")]
    [InlineData("%C3%A9", "é")]
    [InlineData("%f0%9f%98%80", "😀")]
    [InlineData("%C3", "\uFFFD")]
    [InlineData("%C3é%A9", "\uFFFDé\uFFFD")]
    [InlineData("%e2%82x", "\uFFFDx")]
    [InlineData("%ff%fe", "\uFFFD\uFFFD")]
    [InlineData("100%", "100%")]
    [InlineData("%zz%2", "%zz%2")]
    [InlineData("%00a", "\0a")]
    public void Decodes_as_unquote_plus(string text, string expected) => Assert.Equal(expected, UrlText.UnquotePlus(text));
}
