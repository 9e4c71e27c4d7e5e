using System.Text;

namespace OpenSora.Inference.Text.Cleaning.Html;

/// <summary>
/// The text of an HTML document as Beautiful Soup 4.11 gives it (<c>BeautifulSoup(html, "html.parser").text</c>): what
/// stands between tags, without comments and declarations and without the content of scripts, styles, templates and ruby
/// annotations. A stretch of nothing but spaces becomes one space or newline, outside of <c>pre</c> and <c>textarea</c>.
/// </summary>
internal sealed class HtmlText : IHtmlEvents
{
    private const string Spaces = " \n\t\f\r";

    private readonly StringBuilder result = new();
    private readonly StringBuilder stretch = new();
    private readonly Stack<string> open = new();
    private readonly Dictionary<string, int> openCounts = [];
    private readonly Dictionary<string, int> closedVoids = [];

    /// <summary>Whether something was said since the last stretch ended; even nothing at all is a stretch then.</summary>
    private bool hasStretch;

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
        return document.result.ToString();
    }

    public void Text(string text)
    {
        stretch.Append(text);
        hasStretch = true;
    }

    public void StartTag(string name, bool closed)
    {
        EndStretch(isText: true);
        open.Push(name);
        openCounts[name] = openCounts.GetValueOrDefault(name) + 1;
        if (closed)
        {
            EndTag(name);
        }
        else if (IsVoid(name))
        {
            Close(name);
            closedVoids[name] = closedVoids.GetValueOrDefault(name) + 1;
        }
    }

    public void EndTag(string name)
    {
        if (closedVoids.GetValueOrDefault(name) > 0)
        {
            closedVoids[name]--;
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
        if (openCounts.GetValueOrDefault(name) == 0)
            return;
        string closed;
        do
        {
            closed = open.Pop();
            openCounts[closed]--;
        }
        while (closed != name);
    }

    private void EndStretch(bool isText)
    {
        if (!hasStretch)
            return;
        string text = stretch.ToString();
        stretch.Clear();
        hasStretch = false;
        if (isText && IsInside("script", "style", "template", "rt", "rp"))
            return;
        if (!IsInside("pre", "textarea") && text.All(Spaces.Contains))
            text = text.Contains('\n') ? "\n" : " ";
        result.Append(text);
    }

    private bool IsInside(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
            if (openCounts.GetValueOrDefault(name) > 0)
                return true;
        return false;
    }

    /// <summary>Elements without content, today's and yesterday's.</summary>
    private static bool IsVoid(string name) => name is "area" or "base" or "br" or "col" or "embed" or "hr" or "img" or "input"
        or "keygen" or "link" or "menuitem" or "meta" or "param" or "source" or "track" or "wbr" or "basefont" or "bgsound"
        or "command" or "frame" or "image" or "isindex" or "nextid" or "spacer";
}
