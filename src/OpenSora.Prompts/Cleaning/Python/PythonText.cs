using System.Globalization;
using System.Text;

namespace OpenSora.Prompts.Cleaning.Python;

/// <summary>
/// Character classes and string methods as Python's <c>str</c> has them. They differ from .NET's: Python's <c>\w</c> has
/// numbers such as ² but no combining marks, <c>strip</c> takes the separators 1C to 1F, <c>lower</c> knows the final sigma.
/// Exact for the characters of Unicode 14 (Python 3.11); characters assigned later follow the runtime's tables.
/// </summary>
internal static class PythonText
{
    /// <summary><c>\w</c>: letters, decimal digits, other numbers and the underscore.</summary>
    public static bool IsWord(int codePoint)
    {
        if (codePoint < 0x80)
            return char.IsAsciiLetterOrDigit((char)codePoint) || codePoint == '_';
        return CharUnicodeInfo.GetUnicodeCategory(codePoint) is <= UnicodeCategory.OtherLetter
            or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;
    }

    /// <summary><c>\d</c>: the decimal digits of every script.</summary>
    public static bool IsDigit(int codePoint) => codePoint < 0x80
        ? char.IsAsciiDigit((char)codePoint)
        : CharUnicodeInfo.GetUnicodeCategory(codePoint) == UnicodeCategory.DecimalDigitNumber;

    /// <summary><c>\s</c> and what <c>strip</c> removes.</summary>
    public static bool IsSpace(int codePoint) => codePoint is >= 0x09 and <= 0x0D or >= 0x1C and <= 0x20 or 0x85 or 0xA0
        or 0x1680 or >= 0x2000 and <= 0x200A or 0x2028 or 0x2029 or 0x202F or 0x205F or 0x3000;

    /// <summary><c>str.strip()</c>. All spaces are single UTF-16 units.</summary>
    public static string Strip(string text) => StripStart(StripEnd(text));

    /// <summary><c>str.lstrip()</c>.</summary>
    public static string StripStart(string text)
    {
        int start = 0;
        while (start < text.Length && IsSpace(text[start]))
            start++;
        return text[start..];
    }

    /// <summary><c>str.rstrip()</c>.</summary>
    public static string StripEnd(string text)
    {
        int end = text.Length;
        while (end > 0 && IsSpace(text[end - 1]))
            end--;
        return text[..end];
    }

    /// <summary>
    /// <c>str.lower()</c>: the simple mapping of each character but for two: İ becomes i with a dot above, and a capital
    /// sigma at the end of a word becomes ς (Unicode 3.13, Final_Sigma).
    /// </summary>
    public static string Lower(string text)
    {
        const char dottedI = 'İ', sigma = 'Σ';
        if (!text.AsSpan().ContainsAny(dottedI, sigma))
            return text.ToLowerInvariant();

        StringBuilder lowered = new(text.Length + 4);
        int copied = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] is not (dottedI or sigma))
                continue;
            lowered.Append(text[copied..i].ToLowerInvariant());
            lowered.Append(text[i] == dottedI ? "i\u0307" : EndsWord(text, i) ? "ς" : "σ");
            copied = i + 1;
        }
        return lowered.Append(text[copied..].ToLowerInvariant()).ToString();
    }

    /// <summary>Whether the letter at <paramref name="index"/> follows a cased letter and precedes none, ignorable characters aside.</summary>
    private static bool EndsWord(string text, int index)
    {
        int before = index;
        while (before > 0 && IsCaseIgnorable(CodePoints.Before(text, before)))
            before -= CodePoints.Before(text, before) > 0xFFFF ? 2 : 1;
        if (before == 0 || !IsCased(CodePoints.Before(text, before)))
            return false;

        for (int after = index + 1; after < text.Length;)
        {
            int next = CodePoints.At(text, after, out int length);
            if (!IsCaseIgnorable(next))
                return !IsCased(next);
            after += length;
        }
        return true;
    }

    /// <summary>Unicode's Case_Ignorable: marks, format characters, modifiers, and punctuation inside words.</summary>
    private static bool IsCaseIgnorable(int codePoint) =>
        CharUnicodeInfo.GetUnicodeCategory(codePoint) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark
            or UnicodeCategory.Format or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol
        || codePoint is '\'' or '.' or ':' or 0xB7 or 0x387 or 0x55F or 0x5F4 or 0x2018 or 0x2019 or 0x2024 or 0x2027
            or 0xFE13 or 0xFE52 or 0xFE55 or 0xFF07 or 0xFF0E or 0xFF1A;

    /// <summary>Unicode's Cased: letters with case and the few other characters that behave like them (ª, Ⅷ, ⓐ, 🄰).</summary>
    private static bool IsCased(int codePoint) =>
        CharUnicodeInfo.GetUnicodeCategory(codePoint) is UnicodeCategory.UppercaseLetter
            or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
        || codePoint is 0xAA or 0xBA or >= 0x2B0 and <= 0x2B8 or 0x2C0 or 0x2C1 or >= 0x2E0 and <= 0x2E4 or 0x345 or 0x37A
            or >= 0x1D2C and <= 0x1D6A or 0x1D78 or >= 0x1D9B and <= 0x1DBF or 0x2071 or 0x207F or >= 0x2090 and <= 0x209C
            or >= 0x2160 and <= 0x217F or >= 0x24B6 and <= 0x24E9 or 0x2C7C or 0x2C7D or 0xA69C or 0xA69D or 0xA770
            or 0xA7F8 or 0xA7F9 or >= 0xAB5C and <= 0xAB5F or 0x10780 or >= 0x10783 and <= 0x10785
            or >= 0x10787 and <= 0x107B0 or >= 0x107B2 and <= 0x107BA or >= 0x1F130 and <= 0x1F149
            or >= 0x1F150 and <= 0x1F169 or >= 0x1F170 and <= 0x1F189;
}
