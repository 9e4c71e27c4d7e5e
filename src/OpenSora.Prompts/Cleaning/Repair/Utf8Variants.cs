using System.Text;
using OpenSora.Prompts.Cleaning.Python;

namespace OpenSora.Prompts.Cleaning.Repair;

/// <summary>Reads UTF-8 out of strings of bytes (characters 0 to FF), and mends bytes that were lost on the way.</summary>
internal static class Utf8Variants
{
    private const string CesuSurrogates = @"\xED(?:[\xA0-\xAF]|$)(?:[\x80-\xBF]|$)(?:\xED|$)(?:[\xB0-\xBF]|$)(?:[\x80-\xBF]|$)";

    private static readonly Pattern Cesu = new(CesuSurrogates);
    private static readonly Pattern Unusual = new($@"\xC0(?:\x80|$)|{CesuSurrogates}|\xED(?:[\xA0-\xBF]|$)(?:[\x80-\xBF]|$)");

    /// <summary>Sequences of UTF-8 in which a byte A0 (a no-break space in most code pages) was turned into a space.</summary>
    private static readonly Pattern AlteredSpace = new(
        @"[\xC2\xC3\xC5\xCE\xD0\xD9] "
        + @"|[\xE2\xE3] [\x80-\x84\x86-\x9F\xA1-\xBF]|[\xE0-\xE3][\x80-\x84\x86-\x9F\xA1-\xBF] "
        + @"|\xF0 [\x80-\xBF][\x80-\xBF]|\xF0[\x80-\xBF] [\x80-\xBF]|\xF0[\x80-\xBF][\x80-\xBF] ");

    /// <summary>The word à followed by a space, of whose bytes C3 A0 20 one space was lost; not where the à begins a longer word.</summary>
    private static readonly Pattern AloneA = new(@"\xC3 (?! |quele|quela|quilo|s )");

    /// <summary>Sequences of UTF-8 and CESU-8 in which bytes were replaced by a question mark or by U+FFFD.</summary>
    private static readonly Pattern Lossy = new(
        @"[\xC2-\xDF]\x1A|[\xC2-\xC3]\?"
        + @"|\xED[\xA0-\xAF][\x1A?]\xED[\xB0-\xBF][\x1A?\x80-\xBF]|\xED[\xA0-\xAF][\x1A?\x80-\xBF]\xED[\xB0-\xBF][\x1A?]"
        + @"|[\xE0-\xEF][\x1A?][\x1A\x80-\xBF]|[\xE0-\xEF][\x1A\x80-\xBF][\x1A?]"
        + @"|[\xF0-\xF4][\x1A?][\x1A\x80-\xBF][\x1A\x80-\xBF]|[\xF0-\xF4][\x1A\x80-\xBF][\x1A?][\x1A\x80-\xBF]"
        + @"|[\xF0-\xF4][\x1A\x80-\xBF][\x1A\x80-\xBF][\x1A?]|\x1A");

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static string RestoreSpaces(string bytes) => AlteredSpace.IsIn(bytes)
        ? AlteredSpace.Replace(AloneA.Replace(bytes, "\xC3\xA0 "), match => match.Text.Replace(' ', '\xA0'))
        : bytes;

    /// <summary>Puts the bytes of U+FFFD where a sequence lost one of its bytes.</summary>
    public static string ReplaceLossy(string bytes) => Lossy.Replace(bytes, "\xEF\xBF\xBD");

    /// <summary>
    /// Decodes UTF-8 and, beyond it, a null written as C0 80 and characters above FFFF written as two surrogates of three
    /// bytes each (CESU-8). Null when the bytes are neither.
    /// </summary>
    public static string? TryDecode(string bytes)
    {
        try
        {
            return bytes.AsSpan().ContainsAny('\xED', '\xC0') ? DecodeVariants(bytes) : DecodeStrict(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static string DecodeStrict(string bytes) => Strict.GetString(Encoding.Latin1.GetBytes(bytes));

    private static string DecodeVariants(string bytes)
    {
        StringBuilder decoded = new(bytes.Length);
        for (int at = 0; at < bytes.Length;)
        {
            (int start, _) = Unusual.Find(bytes, at);
            int end = start < 0 ? bytes.Length : start;
            decoded.Append(DecodeStrict(bytes[at..end]));
            at = end;
            if (at == bytes.Length)
                break;

            if (bytes[at] == '\xC0' && at + 1 < bytes.Length)
            {
                decoded.Append('\0');
                at += 2;
            }
            else if (at + 6 <= bytes.Length && Cesu.On(bytes).MatchAt(at) >= 0)
            {
                decoded.AppendCodePoint(0x10000 + ((bytes[at + 1] & 0x0F) << 16) + ((bytes[at + 2] & 0x3F) << 10)
                    + ((bytes[at + 4] & 0x0F) << 6) + (bytes[at + 5] & 0x3F));
                at += 6;
            }
            else
            {
                // A lone surrogate or a torn end: strict UTF-8 refuses it.
                decoded.Append(DecodeStrict(bytes[at..]));
                break;
            }
        }
        return decoded.ToString();
    }
}
