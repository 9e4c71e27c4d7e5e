using OpenSora.Prompts.Cleaning.Html;

namespace OpenSora.Prompts.Tests.Cleaning.Html;

public sealed class HtmlTextTests
{
    [Theory]
    [InlineData("a<b>c</b>d", "acd")]
    [InlineData("<p>x</p><p>y</p>", "xy")]
    [InlineData("<br/>a<br>b</br>c", "abc")]
    [InlineData("<a href=\"x>y\">z</a>", "z")]
    [InlineData("<A>x</A>", "x")]
    [InlineData("a<!-- c -->b<!doctype html>c<?php a ?>d<!x>e", "abcde")]
    [InlineData("a<![CDATA[x]]>b", "axb")]
    [InlineData("<![CDATA[]]>", " ")]
    [InlineData("a<![if x]>b<![endif]>c", "abc")]
    public void Takes_what_is_between_markup(string markup, string expected) => Assert.Equal(expected, HtmlText.TryExtract(markup));

    [Theory]
    [InlineData("<script>a<b></script>b", "b")]
    [InlineData("<script>a", "")]
    [InlineData("<script/>a", "a")]
    [InlineData("<style>a</style >b", "b")]
    [InlineData("<template>a<b>c</b></template>d", "d")]
    [InlineData("<ruby>x<rt>y</rt></ruby>", "x")]
    public void Leaves_out_what_is_no_text(string markup, string expected) => Assert.Equal(expected, HtmlText.TryExtract(markup));

    [Theory]
    [InlineData("a < b > c", "a < b > c")]
    [InlineData("x<y", "x<y")]
    [InlineData("<3", "<3")]
    [InlineData("<unclosed tag", "<unclosed tag")]
    [InlineData("<a b='c>d", "<a b='c>d")]
    [InlineData("<a\0b>c", "<a\0b>c")]
    [InlineData("<a =x><a b=\"1\"c>d", "d")]
    [InlineData("<p <b>x", "x")]
    [InlineData("a</p>b</3>c</>d", "abcd")]
    [InlineData("a<!--b", "a<!--b")]
    [InlineData("<![", "<![")]
    public void Bears_malformed_markup(string markup, string expected) => Assert.Equal(expected, HtmlText.TryExtract(markup));

    [Theory]
    [InlineData("&eacute; &eacute &eacutex", "é é &eacutex")]
    [InlineData("&#150; &#233; &#x41;", "– é A")]
    [InlineData("a &unknown; b", "a &unknown b")]
    [InlineData("a & b", "a & b")]
    [InlineData("&amp", "&amp")] // at the end a name may go on
    [InlineData("&a", "a")]
    [InlineData("a&#;b<b>c</b>", "a&#;bc")]
    [InlineData("&#xD83D;&#xDE00;", "😀")]
    public void Resolves_references(string markup, string expected) => Assert.Equal(expected, HtmlText.TryExtract(markup));

    [Theory]
    [InlineData("<b>  </b>", " ")]
    [InlineData("<b> \n </b>x", "\nx")]
    [InlineData("<pre> \t </pre>x", " \t x")]
    public void Shortens_spaces_between_tags(string markup, string expected) => Assert.Equal(expected, HtmlText.TryExtract(markup));

    [Theory]
    [InlineData("<![foo[x]]>")]
    [InlineData("<![1")]
    public void Gives_up_where_the_original_fails(string markup) => Assert.Null(HtmlText.TryExtract(markup));
}
