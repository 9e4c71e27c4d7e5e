using System.Globalization;
using OpenSora.Prompts.Cleaning.Data;
using OpenSora.Prompts.Cleaning.Python;
using OpenSora.Prompts.Cleaning.Repair;

namespace OpenSora.Prompts.Cleaning.Html;

/// <summary>The named and numeric character references of HTML 5.</summary>
internal static class HtmlEntities
{
    private const int LongestName = 33;

    private static readonly Pattern Reference = new(@"&(#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)");
    private static readonly Dictionary<string, string> Names = [];
    private static readonly Dictionary<string, string> Shouted = [];

    static HtmlEntities()
    {
        foreach (string[] row in Table.Read("entities.txt"))
        {
            Names.Add(row[0], Table.Characters(row[1]));
            if (row.Length == 3)
                Shouted.Add(row[0].ToUpperInvariant(), Table.Characters(row[2]));
        }
    }

    /// <summary>The characters of a name as it stands after the ampersand; most names need their semicolon.</summary>
    public static string? Find(string name) => Names.GetValueOrDefault(name);

    /// <summary>
    /// The characters of an upper-cased name such as <c>NTILDE;</c>, which case folding made of <c>ntilde;</c>; null if it is
    /// a name of its own.
    /// </summary>
    public static string? FindShouted(string name) => Shouted.GetValueOrDefault(name);

    /// <summary>
    /// Python's <c>html.unescape</c>: the standard's rules for text, i.e. names may lack their semicolon where HTML allows it,
    /// and then the longest name that begins the word counts.
    /// </summary>
    public static string Unescape(string text) =>
        text.Contains('&') ? Reference.Replace(text, match => Resolve(match.Group(1))) : text;

    /// <summary>The value of <c>#123</c> or <c>#x7B</c> with or without semicolon; values beyond Unicode become int.MaxValue.</summary>
    public static int Number(string reference)
    {
        bool hexadecimal = reference[1] is 'x' or 'X';
        ReadOnlySpan<char> digits = reference.AsSpan(hexadecimal ? 2 : 1).TrimEnd(';').TrimStart('0');
        if (digits.Length > 8)
            return int.MaxValue;
        NumberStyles style = hexadecimal ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        long value = digits.IsEmpty ? 0 : long.Parse(digits, style, CultureInfo.InvariantCulture);
        return (int)Math.Min(value, int.MaxValue);
    }

    private static string Resolve(string reference)
    {
        if (reference[0] == '#')
            return Character(Number(reference));
        if (Find(reference) is { } exact)
            return exact;
        for (int length = Math.Min(reference.Length - 1, LongestName); length > 1; length--)
            if (Find(reference[..length]) is { } prefix)
                return prefix + reference[length..];
        return "&" + reference;
    }

    /// <summary>Numbers 80 to 9F mean windows-1252, surrogates become U+FFFD, control codes and non-characters vanish.</summary>
    private static string Character(int number) => number switch
    {
        0 or >= 0xD800 and <= 0xDFFF or > 0x10FFFF => "\uFFFD",
        >= 0x80 and <= 0x9F => SingleByteEncoding.Windows1252.Decode((byte)number).ToString(),
        >= 0x01 and <= 0x08 or 0x0B or >= 0x0E and <= 0x1F or 0x7F or >= 0xFDD0 and <= 0xFDEF => "",
        _ when (number & 0xFFFE) == 0xFFFE => "",
        _ => CodePoints.ToText(number),
    };
}
