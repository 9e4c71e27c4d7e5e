using System.Globalization;
using System.Text;

namespace OpenSora.Prompts.Cleaning.Python;

/// <summary>Python's <c>urllib.parse.unquote_plus</c>.</summary>
internal static class UrlText
{
    /// <summary>
    /// Turns <c>+</c> into a space and <c>%XX</c> into bytes, which are read as UTF-8; bytes that are none become U+FFFD, a
    /// percent sign without two hexadecimal digits stays. Every run of ASCII is decoded for itself, so the bytes of one
    /// character are never taken from both sides of a non-ASCII one.
    /// </summary>
    public static string UnquotePlus(string text)
    {
        text = text.Replace('+', ' ');
        if (!text.Contains('%'))
            return text;

        StringBuilder decoded = new(text.Length);
        for (int start = 0; start < text.Length;)
        {
            bool ascii = char.IsAscii(text[start]);
            int end = start + 1;
            while (end < text.Length && char.IsAscii(text[end]) == ascii)
                end++;
            decoded.Append(ascii ? Encoding.UTF8.GetString(Bytes(text.AsSpan(start, end - start))) : text[start..end]);
            start = end;
        }
        return decoded.ToString();
    }

    private static byte[] Bytes(ReadOnlySpan<char> ascii)
    {
        List<byte> bytes = new(ascii.Length);
        for (int i = 0; i < ascii.Length; i++)
        {
            bool escape = ascii[i] == '%' && i + 2 < ascii.Length
                && char.IsAsciiHexDigit(ascii[i + 1]) && char.IsAsciiHexDigit(ascii[i + 2]);
            bytes.Add(escape ? byte.Parse(ascii.Slice(i + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) : (byte)ascii[i]);
            i += escape ? 2 : 0;
        }
        return [.. bytes];
    }
}
