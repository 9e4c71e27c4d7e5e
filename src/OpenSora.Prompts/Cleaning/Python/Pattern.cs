using System.Text;

namespace OpenSora.Prompts.Cleaning.Python;

/// <summary>
/// A regular expression with the meaning that Python's <c>re</c> gives it for <c>str</c>: code points instead of UTF-16
/// units, Python's <c>\w \d \s \b</c>, leftmost match with the first alternative that succeeds. Takes time linear in the text.
/// See <see cref="PatternParser"/> for the syntax.
/// </summary>
internal sealed class Pattern(string pattern)
{
    private readonly PatternProgram _program = new(pattern);

    /// <summary>For several anchored matches in one text: what was tried once is not tried again.</summary>
    public PatternMatcher On(string text, bool rememberEnds = false) => new(_program, text, rememberEnds);

    /// <summary>As <c>re.search</c>.</summary>
    public bool IsIn(string text) => Find(text, 0).Start >= 0;

    /// <summary>The first match at or after <paramref name="from"/>; (-1, -1) when there is none.</summary>
    public (int Start, int End) Find(string text, int from) => Find(On(text), text, from);

    /// <summary>As <c>len(re.findall)</c>.</summary>
    public int Count(string text)
    {
        int count = 0;
        Replace(text, _ => $"{++count}");
        return count;
    }

    /// <summary>As <c>re.sub</c> with a text in which <c>\1</c> stands for the first group.</summary>
    public string Replace(string text, string replacement) => replacement.Contains(@"\1", StringComparison.Ordinal)
        ? Replace(text, match => replacement.Replace(@"\1", match.Group(1), StringComparison.Ordinal))
        : Replace(text, _ => replacement);

    /// <summary>As <c>re.sub</c> with a function of the match, whose text is group 0.</summary>
    public string Replace(string text, Func<Found, string> replacement)
    {
        PatternMatcher matcher = On(text);
        StringBuilder? result = null;
        int copied = 0;
        for (int from = 0; from <= text.Length;)
        {
            (int start, int end) = Find(matcher, text, from);
            if (start < 0)
                break;
            result ??= new StringBuilder(text.Length);
            result.Append(text, copied, start - copied).Append(replacement(new(text[start..end], matcher)));
            copied = end;
            from = end > start ? end : end + 1;
        }
        return result is null ? text : result.Append(text, copied, text.Length - copied).ToString();
    }

    private static (int Start, int End) Find(PatternMatcher matcher, string text, int from)
    {
        for (int start = from; start <= text.Length; start++)
        {
            // A match begins at code points, never between the two halves of one.
            if (start > 0 && start < text.Length && char.IsSurrogatePair(text[start - 1], text[start]))
                continue;
            int end = matcher.MatchAt(start);
            if (end >= 0)
                return (start, end);
        }
        return (-1, -1);
    }

    /// <summary>One match of <see cref="Replace(string, Func{Found, string})"/>.</summary>
    internal readonly struct Found(string text, PatternMatcher matcher)
    {
        public string Text => text;

        /// <summary>What group <paramref name="number"/> took, or nothing where it took no part.</summary>
        public string Group(int number) => matcher.Group(number) ?? "";
    }
}
