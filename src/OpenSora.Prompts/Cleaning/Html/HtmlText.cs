using System.Text;

namespace OpenSora.Prompts.Cleaning.Html;

/// <summary>
/// The text of an HTML document as Beautiful Soup 4.11 gives it (<c>BeautifulSoup(html, "html.parser").text</c>): what
/// stands between tags, without comments and declarations and without the content of scripts, styles, templates and ruby
/// annotations. A stretch of nothing but spaces becomes one space or newline, outside of <c>pre</c> and <c>textarea</c>.
/// </summary>
internal sealed class HtmlText : IHtmlEvents
{
    private const string Spaces = " \n\t\f\r";

    private readonly StringBuilder _result = new();
    private readonly StringBuilder _stretch = new();
    private readonly Stack<string> _open = new();
    private readonly Dictionary<string, int> _openCounts = [];
    private readonly Dictionary<string, int> _closedVoids = [];

    /// <summary>Whether something was said since the last stretch ended; even nothing at all is a stretch then.</summary>
    private bool _hasStretch;

    /// <summary>The text of <paramref name="markup"/>; null when the original's parser gives up on it.</summary>
    public static string? TryExtract(string markup)
    {
        HtmlText document = new();
        try
        {
            new HtmlScanner(markup, document).Scan();
        }
        catch (MarkupException)
        {
            return null;
        }
        document.EndStretch(isText: true);
        return document._result.ToString();
    }

    public void Text(string text)
    {
        _stretch.Append(text);
        _hasStretch = true;
    }

    public void StartTag(string name, bool closed)
    {
        EndStretch(isText: true);
        _open.Push(name);
        _openCounts[name] = _openCounts.GetValueOrDefault(name) + 1;
        if (closed)
        {
            EndTag(name);
        }
        else if (IsVoid(name))
        {
            Close(name);
            _closedVoids[name] = _closedVoids.GetValueOrDefault(name) + 1;
        }
    }

    public void EndTag(string name)
    {
        if (_closedVoids.GetValueOrDefault(name) > 0)
        {
            _closedVoids[name]--;
            return;
        }
        EndStretch(isText: true);
        Close(name);
    }

    public void Aside()
    {
        EndStretch(isText: true);
    }

    public void CData(string text)
    {
        EndStretch(isText: true);
        Text(text);
        EndStretch(isText: false);
    }

    /// <summary>Closes the youngest open element of this name and all inside it; a stray end tag closes nothing.</summary>
    private void Close(string name)
    {
        if (_openCounts.GetValueOrDefault(name) == 0)
            return;
        string closed;
        do
        {
            closed = _open.Pop();
            _openCounts[closed]--;
        }
        while (closed != name);
    }

    private void EndStretch(bool isText)
    {
        if (!_hasStretch)
            return;
        string text = _stretch.ToString();
        _stretch.Clear();
        _hasStretch = false;
        if (isText && IsInside("script", "style", "template", "rt", "rp"))
            return;
        if (!IsInside("pre", "textarea") && text.All(Spaces.Contains))
            text = text.Contains('\n') ? "\n" : " ";
        _result.Append(text);
    }

    private bool IsInside(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
            if (_openCounts.GetValueOrDefault(name) > 0)
                return true;
        return false;
    }

    /// <summary>Elements without content, today's and yesterday's.</summary>
    private static bool IsVoid(string name) => name is "area" or "base" or "br" or "col" or "embed" or "hr" or "img" or "input"
        or "keygen" or "link" or "menuitem" or "meta" or "param" or "source" or "track" or "wbr" or "basefont" or "bgsound"
        or "command" or "frame" or "image" or "isindex" or "nextid" or "spacer";
}
