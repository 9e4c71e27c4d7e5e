using OpenSora.Prompts.Cleaning.Html;

namespace OpenSora.Prompts.Tests.Cleaning.Html;

public sealed class HtmlEntitiesTests
{
    [Theory]
    [InlineData("&amp", "&")]
    [InlineData("&amp;lt;", "&lt;")]
    [InlineData("&notit;", "¬it;")]
    [InlineData("&notin;", "∉")]
    [InlineData("&nbspx", "\u00A0x")]
    [InlineData("&unknown;", "&unknown;")]
    [InlineData("&EACUTE;", "&EACUTE;")]
    [InlineData("&NotEqualTilde;", "\u2242\u0338")]
    [InlineData("&lt&gt", "<>")]
    [InlineData("&;&#;&#x;", "&;&#;&#x;")]
    [InlineData("&#128512;&#x27;", "😀'")]
    [InlineData("&#150;&#x80", "–€")]
    [InlineData("&#0;&#xD800;&#x110000;&#99999999999999;", "\uFFFD\uFFFD\uFFFD\uFFFD")]
    [InlineData("&#1;&#xFFFF;&#13;", "\r")]
    public void Unescapes_as_Python(string text, string expected) => Assert.Equal(expected, HtmlEntities.Unescape(text));
}
