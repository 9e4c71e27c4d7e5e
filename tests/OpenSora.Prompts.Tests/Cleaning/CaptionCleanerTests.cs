using FsCheck;
using FsCheck.Fluent;
using OpenSora.Contracts;
using OpenSora.Prompts.Cleaning;

namespace OpenSora.Prompts.Tests.Cleaning;

public sealed class CaptionCleanerTests
{
    /// <summary>Fragments that its steps look for; together they reach every branch.</summary>
    private static readonly string[] Fragments =
    [
        "<b>", "</b>", "<a b='", "<!--", "-->", "<![cdata[", "]]>", "<script>", "</script>", "<", ">", "&", "&#", "&#x", "&amp;", ";", "%", "%e2%82",
        "+", "Ã", "Â", "â€", "\u0080", "\uFFFD", "\uD83D", "\uDE00", "😀", "é", "e\u0301", "İ", "Σ", "中", "#1", "123456", "1x1", "a1b2", ".png",
        "http://", "a.com", "@a", "_", "-", "—", "\"", "'", ".", "..", ":", "free", "shipping", " ", "\n", "\r", "\u3000", "\0", "\x1B[0m", "\\n", "word",
    ];

    [Theory]
    [InlineData("a+b 100%25", "a b 100%")]
    [InlineData("%3Cb%3Ex", "x")]
    [InlineData("İSTANBUL", "i\u0307stanbul")]
    [InlineData("<PERSON> walks", "person walks")]
    [InlineData("a https://t.co/x b", "a b")]
    [InlineData("see docs.python.org/3 now", "see now")]
    [InlineData("mail me at a@b.com", "mail me at a")]
    [InlineData("<b>bold</b> &eacute; text", "bold é text")]
    [InlineData("中文 cat", "cat")]
    [InlineData("a—b", "a-b")]
    [InlineData("`x´ y", "\"x\" y")]
    [InlineData("ip 10.0.0.1 x", "ip x")]
    [InlineData("a\\nb", "a b")]
    [InlineData("#1 #1234 #12345 1234567 x", "1234 x")]
    [InlineData("𝟏𝟐𝟑𝟒𝟓𝟔𝟕 x", "x")]
    [InlineData("𝓗ello@𝓗x y", "𝓗ello y")]
    [InlineData("my.photo.jpg x", "x")]
    [InlineData("wait... (a) [b] . c", "wait a b c")]
    [InlineData("a-b-c-d", "a-b-c-d")]
    [InlineData("a_b-c_d-e", "a b c d e")]
    [InlineData("schÃ¶n", "schã¶n")] // the letters are lowered before the repair
    [InlineData("jc6640 jc6640vc 6640vc231 j2d1a2a x", "x")]
    [InlineData("worldwide free shipping x", "x")]
    [InlineData("free download now", "now")]
    [InlineData("click for details x", "x")]
    [InlineData("jpg images of cats, page 12", "of cats")]
    [InlineData("1920x1080 10х20 2×3 x", "x")]
    [InlineData("word : x,y", "word: x, y")]
    [InlineData("'quoted'", "quoted")]
    [InlineData("- x:", "x")]
    [InlineData(".hidden", "")]
    [InlineData("a beautiful waterfall. aesthetic score: 6.5.", "a beautiful waterfall. aesthetic score: 6.5.")]
    public void Cleans_as_the_original(string prompt, string expected) => Assert.Equal(expected, CaptionCleaner.Preprocess(prompt));

    [Fact]
    public void Without_cleaning_only_lowers_and_strips() =>
        Assert.Equal("<b>a&amp;b", CaptionCleaner.Preprocess("  <B>A&amp;B\u3000", clean: false));

    [Fact]
    public void The_second_pass_counts()
    {
        Assert.Equal("1.. 5 zoom", CaptionCleaner.Clean("1.5x2.5 zoom"));
        Assert.Equal("1 5 zoom", CaptionCleaner.Preprocess("1.5x2.5 zoom"));
    }

    [Fact]
    public void Goes_on_where_the_original_fails() => Assert.Equal("a<! foo b", CaptionCleaner.Preprocess("a<![foo[b"));

    [Fact]
    public void Refuses_prompts_without_end()
    {
        string prompt = new('a', CaptionCleaner.LongestPrompt + 1);
        InputException refusal = Assert.Throws<InputException>(() => CaptionCleaner.Preprocess(prompt));
        Assert.Contains("1000001", refusal.Message);
        Assert.Contains("1000000", refusal.Message);
    }

    [Fact]
    public void Takes_any_text()
    {
        Gen<string> fragment = Gen.OneOf(
            Gen.Elements(Fragments),
            Gen.Choose(0, 0xFFFF).Select(unit => ((char)unit).ToString()));
        Gen<string> text = fragment.ListOf().Select(list => string.Concat(list));
        Prop.ForAll(text.ToArbitrary(), prompt =>
        {
            string cleaned = CaptionCleaner.Preprocess(prompt);
            Assert.DoesNotContain("  ", cleaned);
            Assert.Equal(cleaned, cleaned.Trim(' '));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000).WithEndSize(60));
    }

    [Fact]
    public void Takes_lone_surrogates() => Assert.Equal("a \uFFFD b\uFFFD", CaptionCleaner.Preprocess("a \uD800 b\uDC00"));

    /// <summary>Each of these made an engine of regular expressions or a naive scan take minutes.</summary>
    [Theory]
    [InlineData("<a ")]
    [InlineData("<a b='")]
    [InlineData("<!--")]
    [InlineData("<![cdata[")]
    [InlineData("&#1")]
    [InlineData("a1")]
    [InlineData(".-")]
    [InlineData(". ")]
    [InlineData("1.")]
    [InlineData("ÃÂ")]
    public void Bears_a_hundred_kilobytes_of_anything(string fragment)
    {
        string prompt = string.Concat(Enumerable.Repeat(fragment, 100_000 / fragment.Length));
        Assert.NotNull(CaptionCleaner.Preprocess(prompt));
    }
}
