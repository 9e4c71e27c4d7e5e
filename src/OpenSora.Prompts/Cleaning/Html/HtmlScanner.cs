using OpenSora.Prompts.Cleaning.Python;

namespace OpenSora.Prompts.Cleaning.Html;

/// <summary>
/// Splits markup into tags and text with the tolerance of Python 3.11's <c>html.parser</c> (without its conversion of
/// character references, as Beautiful Soup uses it). Malformed markup matters here: prompts contain lone &lt; and &amp;, and
/// the text encoder was trained on what that parser makes of them. It reads first as if more text could follow, and from
/// where that gets stuck once more, knowing that the text ends.
/// </summary>
internal sealed class HtmlScanner(string text, IHtmlEvents events)
{
    private static readonly Pattern EndOfScript = new(@"</\s*[sS][cC][rR][iI][pP][tT]\s*>");
    private static readonly Pattern EndOfStyle = new(@"</\s*[sS][tT][yY][lL][eE]\s*>");
    private static readonly Pattern NumericReference = new("&#((?:[0-9]+|[xX][0-9a-fA-F]+))[^0-9a-fA-F]");
    private static readonly Pattern NamedReference = new("&([a-zA-Z][-.a-zA-Z0-9]*)[^a-zA-Z0-9]");

    private readonly HtmlTags _tags = new(text);
    private readonly HtmlDeclarations _declarations = new(text, events);

    /// <summary>The element whose content is no markup (script or style), while inside one.</summary>
    private string? _rawElement;
    private int _at;

    /// <exception cref="MarkupException">A marked section <c>&lt;![…</c> that the original's parser refuses.</exception>
    public void Scan()
    {
        ScanWhilePossible(last: false);
        ScanWhilePossible(last: true);
        if (_at < text.Length && _rawElement is null)
            events.Text(text[_at..]);
    }

    private void ScanWhilePossible(bool last)
    {
        while (_at < text.Length)
        {
            int next = NextMarkup();
            if (next < 0)
                return;
            if (next > _at)
                events.Text(text[_at..next]);
            _at = next;
            if (_at < text.Length && !(text[_at] == '<' ? TakeMarkup(last) : TakeReference(last)))
                return;
        }
    }

    /// <summary>Where the next markup begins, or the end of the text; -1 inside a script or style that never ends.</summary>
    private int NextMarkup()
    {
        if (_rawElement is not null)
            return (_rawElement == "script" ? EndOfScript : EndOfStyle).Find(text, _at).Start;
        int next = text.AsSpan(_at).IndexOfAny('<', '&');
        return next < 0 ? text.Length : _at + next;
    }

    /// <summary>Takes what begins with &lt;; false to wait for more text.</summary>
    private bool TakeMarkup(bool last)
    {
        if (_at + 1 == text.Length)
            return false;
        int end = text[_at + 1] switch
        {
            '/' => EndTag(),
            '!' or '?' => _declarations.Take(_at),
            char letter when char.IsAsciiLetter(letter) => StartTag(),
            _ => PlainText(_at + 1),
        };
        if (end < 0 && !last)
            return false;
        _at = end >= 0 ? end : PlainText(EndOfBroken());
        return true;
    }

    /// <summary>Markup that never becomes complete is text: up to its &gt;, else up to the next &lt;, else its first character.</summary>
    private int EndOfBroken()
    {
        int end = text.IndexOf('>', _at + 1);
        if (end >= 0)
            return end + 1;
        end = text.IndexOf('<', _at + 1);
        return end >= 0 ? end : _at + 1;
    }

    private int PlainText(int end)
    {
        events.Text(text[_at..end]);
        return end;
    }

    private int StartTag()
    {
        int end = _tags.StartTagEnd(_at);
        if (end < 0)
            return -1;
        if (_tags.StartTag(_at, end) is not var (name, closed))
            return PlainText(end);
        events.StartTag(name, closed);
        if (!closed && name is "script" or "style")
            _rawElement = name;
        return end;
    }

    private int EndTag()
    {
        int end = text.IndexOf('>', _at + 1) + 1;
        if (end == 0)
            return -1;
        if (_tags.ProperEndTagName(_at) is { } name)
        {
            events.EndTag(name);
            _rawElement = null;
        }
        else if (_tags.NameAt(_at + 2) is { } loose)
        {
            events.EndTag(loose);
        }
        else if (text[_at + 2] != '>')
        {
            events.Aside();
        }
        return end;
    }

    /// <summary>Takes what begins with &amp;; false to wait for more text or, at its end, to leave the rest as it is.</summary>
    private bool TakeReference(bool last)
    {
        char next = _at + 1 < text.Length ? text[_at + 1] : '\0';
        PatternMatcher reference = (next == '#' ? NumericReference : NamedReference).On(text);
        int end = reference.MatchAt(_at);
        if (end >= 0)
        {
            string name = reference.Group(1)!;
            events.Text(next == '#' ? HtmlReferences.Number(name) : HtmlReferences.Named(name));
            _at += 1 + (next == '#' ? 1 : 0) + name.Length;
            _at += text[_at] == ';' ? 1 : 0;
            return true;
        }
        if (next == '#')
        {
            if (text.AsSpan(_at).Contains(';'))
                _at = PlainText(_at + 2);
            return false;
        }
        if (char.IsAsciiLetter(next))
        {
            // A quirk: the ampersand of a reference of one letter that ends the text is lost.
            _at += last && _at + 2 == text.Length ? 1 : 0;
            return false;
        }
        if (_at + 1 == text.Length)
            return false;
        _at = PlainText(_at + 1);
        return true;
    }
}
