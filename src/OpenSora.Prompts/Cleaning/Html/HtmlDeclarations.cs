using OpenSora.Prompts.Cleaning.Python;

namespace OpenSora.Prompts.Cleaning.Html;

/// <summary>Comments, processing instructions, doctypes and marked sections, as Python's <c>html.parser</c> reads them.</summary>
internal sealed class HtmlDeclarations(string text, IHtmlEvents events)
{
    private static readonly Pattern CommentEnd = new(@"--\s*>");
    private static readonly Pattern SectionEnd = new(@"\]\s*\]\s*>");
    private static readonly Pattern OfficeSectionEnd = new(@"\]\s*>");
    private static readonly Pattern SectionName = new(@"([a-zA-Z][-_.a-zA-Z0-9]*)\s*");

    /// <summary>From where on an end is known not to come; spares a text of many beginnings a search to its end for each.</summary>
    private readonly Dictionary<Pattern, int> _noneFrom = [];

    /// <summary>The end of what begins with &lt;! or &lt;? at <paramref name="at"/>; -1 when it is incomplete.</summary>
    public int Take(int at)
    {
        if (StartsWith(at, "<!--"))
            return Comment(at);
        if (StartsWith(at, "<!["))
            return MarkedSection(at);
        int end = text.IndexOf('>', StartsWith(at, "<!doctype") ? at + 9 : at + 2);
        if (end >= 0)
            events.Aside();
        return end < 0 ? -1 : end + 1;
    }

    private int Comment(int at)
    {
        int end = Find(CommentEnd, at + 4).End;
        if (end >= 0)
            events.Aside();
        return end;
    }

    private int MarkedSection(int at)
    {
        int from = at + 3;
        if (from == text.Length)
            return -1;
        PatternMatcher matcher = SectionName.On(text);
        int nameEnd = matcher.MatchAt(from);
        if (nameEnd < 0)
            throw new MarkupException("a marked section without a name");
        if (nameEnd == text.Length)
            return -1;

        Pattern closing = matcher.Group(1)!.ToLowerInvariant() switch
        {
            "temp" or "cdata" or "ignore" or "include" or "rcdata" => SectionEnd,
            "if" or "else" or "endif" => OfficeSectionEnd,
            string other => throw new MarkupException($"a marked section with the unknown name {other}"),
        };
        (int start, int end) = Find(closing, from);
        if (end < 0)
            return -1;
        if (StartsWith(from, "cdata["))
            events.CData(text[(from + 6)..start]);
        else
            events.Aside();
        return end;
    }

    private (int Start, int End) Find(Pattern closing, int from)
    {
        if (_noneFrom.TryGetValue(closing, out int none) && none <= from)
            return (-1, -1);
        (int Start, int End) found = closing.Find(text, from);
        if (found.End < 0)
            _noneFrom[closing] = from;
        return found;
    }

    private bool StartsWith(int at, string prefix) =>
        string.Compare(text, at, prefix, 0, prefix.Length, StringComparison.OrdinalIgnoreCase) == 0;
}
