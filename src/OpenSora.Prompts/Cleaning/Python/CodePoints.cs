using System.Text;

namespace OpenSora.Prompts.Cleaning.Python;

/// <summary>
/// Python's strings are sequences of code points, .NET's of UTF-16 units. These read a .NET string the Python way: a pair
/// of surrogates is one code point, a lone surrogate stands for itself.
/// </summary>
internal static class CodePoints
{
    /// <summary>The code point that begins at <paramref name="index"/> and its length in UTF-16 units (1 or 2).</summary>
    public static int At(string text, int index, out int length)
    {
        char first = text[index];
        length = 1;
        if (!char.IsHighSurrogate(first) || index + 1 >= text.Length || !char.IsLowSurrogate(text[index + 1]))
            return first;
        length = 2;
        return char.ConvertToUtf32(first, text[index + 1]);
    }

    /// <summary>The code point that ends before <paramref name="index"/>, which must be greater than 0.</summary>
    public static int Before(string text, int index)
    {
        char last = text[index - 1];
        return char.IsLowSurrogate(last) && index > 1 && char.IsHighSurrogate(text[index - 2])
            ? char.ConvertToUtf32(text[index - 2], last)
            : last;
    }

    /// <summary>As Python's <c>chr</c>: any code point up to 10FFFF, surrogates included.</summary>
    public static string ToText(int codePoint) =>
        codePoint < 0x10000 ? ((char)codePoint).ToString() : char.ConvertFromUtf32(codePoint);

    public static StringBuilder AppendCodePoint(this StringBuilder text, int codePoint) =>
        codePoint < 0x10000 ? text.Append((char)codePoint) : text.Append(char.ConvertFromUtf32(codePoint));
}
