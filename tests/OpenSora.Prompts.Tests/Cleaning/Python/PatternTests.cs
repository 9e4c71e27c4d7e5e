using OpenSora.Prompts.Cleaning.Python;

namespace OpenSora.Prompts.Tests.Cleaning.Python;

public sealed class PatternTests
{
    [Theory]
    [InlineData("a|ab", "ab", "<>b")] // the first alternative wins, not the longest
    [InlineData("ab|a", "ab", "<>")]
    [InlineData("a{2,3}", "aaaaa a", "<><> a")]
    [InlineData("a{2}", "aaa", "<>a")]
    [InlineData("(?<![a])b", "ab bb", "ab <><>")]
    [InlineData("(?<=[ab])c", "acbcc", "a<>b<>c")]
    [InlineData("a(?!b)", "abac", "ab<>c")]
    [InlineData("a(?=b)", "abac", "<>bac")]
    [InlineData("^a|a$", "aaa\n", "<>a<>\n")]
    [InlineData(@"\bx\b", "x xx ²x é-x", "<> xx ²x é-<>")]
    [InlineData(@"[^\W\d]+", "a1_² ", "<>1<> ")]
    [InlineData(@"[\w-]+", "a-b c", "<> <>")]
    [InlineData(".", "😀\n", "<>\n")] // one code point, not two units
    [InlineData("[😀-😂]{2}", "😀😂a", "<>a")]
    public void Substitutes_as_Python(string pattern, string text, string expected) =>
        Assert.Equal(expected, new Pattern(pattern).Replace(text, "<>"));

    [Theory]
    [InlineData("(a|ab)(c|bcd)(d*)", "abcd", "<a>")]
    [InlineData("(x?)(y|$)", "xxy", "x<x><>")]
    [InlineData("(x*)", "abxd", "<>a<>b<x><>d<>")] // an empty match may follow another one
    [InlineData(@"(\d)\x41\.", "7A.7A", "<7>7A")]
    [InlineData("a(b)?c", "ac abc", "<> <b>")]
    [InlineData("(?:(a)|b)+", "ab", "<a>")] // a group keeps what it took in an earlier round
    public void Substitutes_groups_as_Python(string pattern, string text, string expected) =>
        Assert.Equal(expected, new Pattern(pattern).Replace(text, @"<\1>"));

    [Theory]
    [InlineData("a)")]
    [InlineData("(a")]
    [InlineData(@"\z")]
    [InlineData("[a")]
    public void Refuses_what_it_does_not_know(string pattern) => Assert.Throws<ArgumentException>(() => new Pattern(pattern));

    /// <summary>A backtracking engine takes 2^n steps for the first of these and n² for the others.</summary>
    [Theory]
    [InlineData("(?:a|a)+b", 100_000)]
    [InlineData("(?:a*b?)c", 100_000)]
    [InlineData(@"\s+\.\s+", 100_000)]
    [InlineData(@"\b[a-z]+\d+[a-z]+\b", 100_000)]
    public void Takes_time_linear_in_the_text(string pattern, int length)
    {
        string text = string.Concat(Enumerable.Repeat("aa ", length / 3));
        Assert.Equal(text, new Pattern(pattern).Replace(text, "x"));
        text = new string('a', length);
        Assert.Equal(text, new Pattern(pattern).Replace(text, "x"));
    }

    [Fact]
    public void Remembered_ends_do_not_change_matches()
    {
        const string text = "a1 aa22 aaa333 a";
        Pattern pattern = new("a+[0-9]*");
        PatternMatcher plain = pattern.On(text), remembering = pattern.On(text, rememberEnds: true);
        for (int pass = 0; pass < 2; pass++)
            for (int at = 0; at <= text.Length; at++)
                Assert.Equal(plain.MatchAt(at), remembering.MatchAt(at));
    }
}
