using System.Buffers;
using System.Text;

namespace OpenSora.Prompts.Tokenizing.SentencePiece;

/// <summary>
/// Text as SentencePiece looks pieces up in: characters replaced by the model's map, spaces as <c>▁</c>, one of them at the
/// beginning. What the map replaces by nothing (control characters) goes, and a text of nothing else has no pieces.
/// </summary>
/// <param name="Map">Null leaves characters as they are.</param>
/// <param name="AddsPrefix">Whether a text begins with <c>▁</c>.</param>
/// <param name="JoinsSpaces">Whether several spaces become one, and those at the ends go.</param>
internal sealed record TextNormalizer(CharacterMap? Map, bool AddsPrefix, bool JoinsSpaces)
{
    private static ReadOnlySpan<byte> Space => "▁"u8;

    public string Normalize(string text)
    {
        ReadOnlySpan<byte> rest = Encoding.UTF8.GetBytes(text);
        if (rest.IsEmpty)
            return "";
        ArrayBufferWriter<byte> normal = new(3 * rest.Length + Space.Length);
        if (AddsPrefix)
            normal.Write(Space);
        bool skipsSpaces = JoinsSpaces;
        while (!rest.IsEmpty)
        {
            int taken = 0;
            ReadOnlySpan<byte> part = Map is null ? [] : Map.Replace(rest, out taken);
            if (taken == 0)
            {
                _ = Rune.DecodeFromUtf8(rest, out _, out taken);
                part = rest[..taken];
            }
            rest = rest[taken..];
            if (skipsSpaces)
                part = part.TrimStart((byte)' ');
            if (part.IsEmpty)
                continue;
            for (int i = 0; i < part.Length; i++)
                normal.Write(part[i] == ' ' ? Space : part.Slice(i, 1));
            skipsSpaces = JoinsSpaces && part[^1] == ' ';
        }
        ReadOnlySpan<byte> trimmed = normal.WrittenSpan;
        while (JoinsSpaces && trimmed.EndsWith(Space))
            trimmed = trimmed[..^Space.Length];
        return Encoding.UTF8.GetString(trimmed);
    }
}
