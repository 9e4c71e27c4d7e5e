using System.Text;
using OpenSora.Prompts.Cleaning.Data;
using OpenSora.Prompts.Cleaning.Html;
using OpenSora.Prompts.Cleaning.Python;

namespace OpenSora.Prompts.Cleaning.Repair;

/// <summary>
/// ftfy 6.2's <c>fix_text</c> with its defaults: entities, mojibake, ligatures, widths, curly quotes, line breaks, lone
/// surrogates, terminal escapes, control characters, NFC. Each line is fixed for itself until nothing changes any more.
/// </summary>
internal static class TextFixer
{
    /// <summary>Code points of a line that are fixed at once, so that the work on one line stays bounded.</summary>
    private const int LongestSegment = 1_000_000;

    /// <summary>
    /// The Latin ligatures that come from typesetting or from Cyrillic (not those that are letters, such as æ), each before
    /// its letters.
    /// </summary>
    private const string Ligatures = "ĲIJ ĳij ŉ'n ǱDZ ǲDz ǳdz ǄDŽ ǅDž ǆdž ǇLJ ǈLj ǉlj ǊNJ ǋNj ǌnj "
        + "\uFB00ff \uFB01fi \uFB02fl \uFB03ffi \uFB04ffl \uFB05ſt \uFB06st";

    private static readonly Pattern Entity = new("&#?[0-9A-Za-z]{1,24};");
    private static readonly Pattern TerminalEscape = new(@"\x1B\[(?:\d|;)*[a-zA-Z]");
    private static readonly Pattern Control = new(@"[\x00-\x08\x0B\x0E-\x1F\x7F" + "\u206A-\u206F\uFEFF\uFFF9-\uFFFC]");
    private static readonly Dictionary<char, string> Replacements = BuildReplacements();

    public static string Fix(string text)
    {
        StringBuilder result = new(text.Length);
        bool unescape = true;
        for (int start = 0; start < text.Length;)
        {
            int newline = text.IndexOf('\n', start);
            int end = Math.Min(newline < 0 ? text.Length : newline + 1, start + LongestSegment);
            string segment = text[start..end];
            // A literal < says that this is HTML, where entities must stay; it holds for all lines that follow.
            unescape &= !segment.Contains('<');
            result.Append(FixSegment(segment, unescape));
            start = end;
        }
        return result.ToString();
    }

    private static string FixSegment(string text, bool unescape)
    {
        while (true)
        {
            string before = text;
            if (unescape)
                text = Entity.Replace(text, match => Unescape(match.Text));
            text = Mojibake.Undo(text);
            text = Mojibake.FixHighControls(text);
            text = ReplaceCharacters(text);
            text = TerminalEscape.Replace(text, "");
            text = Control.Replace(text, "");
            text = Normalization.Compose(text);
            if (text == before)
                return text;
        }
    }

    /// <summary>An entity with its semicolon; names also in capitals, as case folding leaves them; unknown ones stay.</summary>
    private static string Unescape(string entity)
    {
        if (!entity.StartsWith("&#", StringComparison.Ordinal))
            return HtmlEntities.Find(entity[1..]) ?? HtmlEntities.FindShouted(entity[1..]) ?? entity;
        string character = HtmlEntities.Unescape(entity);
        return character.Contains(';') ? entity : character;
    }

    /// <summary>Ligatures, widths, quotes, line breaks and lone surrogates, character by character.</summary>
    private static string ReplaceCharacters(string text)
    {
        StringBuilder result = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            char character = text[i];
            if (i + 1 < text.Length && char.IsSurrogatePair(character, text[i + 1]))
                result.Append(text, i++, 2);
            else if (i + 1 < text.Length && character == '\r' && text[i + 1] == '\n')
                continue;
            else if (char.IsSurrogate(character))
                result.Append('\uFFFD');
            else if (Replacements.TryGetValue(character, out string? replacement))
                result.Append(replacement);
            else
                result.Append(character);
        }
        return result.ToString();
    }

    private static Dictionary<char, string> BuildReplacements()
    {
        Dictionary<char, string> replacements = new() { ['\u3000'] = " " };
        foreach (string ligature in Ligatures.Split(' '))
            replacements.Add(ligature[0], ligature[1..]);
        foreach (string[] row in Table.Read("widths.txt"))
            replacements.Add((char)Table.CodePoint(row[0]), Table.Characters(row[1]));
        foreach (char quote in "\u02BC\u2018\u2019\u201A\u201B")
            replacements.Add(quote, "'");
        foreach (char quote in "\u201C\u201D\u201E\u201F")
            replacements.Add(quote, "\"");
        foreach (char lineBreak in "\r\x85\u2028\u2029")
            replacements.Add(lineBreak, "\n");
        return replacements;
    }
}
