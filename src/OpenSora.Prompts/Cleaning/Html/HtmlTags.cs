using OpenSora.Prompts.Cleaning.Python;

namespace OpenSora.Prompts.Cleaning.Html;

/// <summary>Where tags end, by the tolerant grammar of Python 3.11's <c>html.parser</c>.</summary>
internal sealed class HtmlTags(string text)
{
    private const string NamePattern = @"[a-zA-Z][^\t\n\r\f />\x00]*";
    private const string GapPattern = @"(?:\s|/(?!>))*";
    private const string AttributePattern = @"(?<=['""\s/])[^\s/>][^\s/=>]*";
    private const string ValuePattern = @"\s*=+\s*(?:'[^']*'|""[^""]*""|(?!['""])[^>\s]*)";

    private static readonly Pattern WholeStartTag =
        new($@"<{NamePattern}(?:[\s/]*(?:{AttributePattern}(?:{ValuePattern}\s*)?{GapPattern})*)?\s*");
    private static readonly Pattern Name = new($"({NamePattern}){GapPattern}");
    private static readonly Pattern Attribute = new($"{AttributePattern}(?:{ValuePattern})?{GapPattern}");
    private static readonly Pattern ProperEndTag = new(@"</\s*([a-zA-Z][-.a-zA-Z0-9:_]*)\s*>");

    private readonly PatternMatcher _wholeStartTag = WholeStartTag.On(text, rememberEnds: true);
    private readonly PatternMatcher _name = Name.On(text);
    private readonly PatternMatcher _attribute = Attribute.On(text, rememberEnds: true);
    private readonly PatternMatcher _properEndTag = ProperEndTag.On(text);

    /// <summary>The end of the start tag at <paramref name="at"/>; -1 when it is incomplete.</summary>
    public int StartTagEnd(int at)
    {
        int end = _wholeStartTag.MatchAt(at);
        if (end == text.Length)
            return -1;
        return text[end] switch
        {
            '>' => end + 1,
            '/' => end + 1 < text.Length && text[end + 1] == '>' ? end + 2 : -1,
            '=' => -1,
            char next when char.IsAsciiLetter(next) => -1,
            _ => end,
        };
    }

    /// <summary>
    /// The lower-case name of the start tag that lies between <paramref name="at"/> and <paramref name="end"/>, and whether it
    /// closes itself; null when something else than attributes stands between, so that all of it is text.
    /// </summary>
    public (string Name, bool Closed)? StartTag(int at, int end)
    {
        int position = _name.MatchAt(at + 1);
        string tag = PythonText.Lower(_name.Group(1)!);
        while (position < end)
        {
            int next = _attribute.MatchAt(position);
            if (next < 0)
                break;
            position = next;
        }
        string rest = position < end ? PythonText.Strip(text[position..end]) : "";
        return rest is ">" or "/>" ? (tag, rest == "/>") : null;
    }

    /// <summary>The lower-case name of the end tag at <paramref name="at"/> if it is one by the book: a name, then only spaces.</summary>
    public string? ProperEndTagName(int at) =>
        _properEndTag.MatchAt(at) >= 0 ? PythonText.Lower(_properEndTag.Group(1)!) : null;

    /// <summary>The lower-case name that follows at <paramref name="at"/>; null when none does.</summary>
    public string? NameAt(int at) => _name.MatchAt(at) >= 0 ? PythonText.Lower(_name.Group(1)!) : null;
}
