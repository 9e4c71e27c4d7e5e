namespace OpenSora.Prompts.Cleaning.Html;

/// <summary>What <see cref="HtmlScanner"/> finds, in the order of the text.</summary>
internal interface IHtmlEvents
{
    /// <summary>Text, possibly in several pieces.</summary>
    void Text(string text);

    /// <summary>A start tag; <paramref name="closed"/> when it ends itself (<c>&lt;name/&gt;</c>).</summary>
    void StartTag(string name, bool closed);

    void EndTag(string name);

    /// <summary>A comment, a declaration or a processing instruction: nothing that is text.</summary>
    void Aside();

    /// <summary>The content of <c>&lt;![CDATA[…]]&gt;</c>, which is text.</summary>
    void CData(string text);
}
