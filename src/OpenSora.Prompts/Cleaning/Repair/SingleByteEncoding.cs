using OpenSora.Prompts.Cleaning.Data;

namespace OpenSora.Prompts.Cleaning.Repair;

/// <summary>
/// An encoding of one byte per character with ASCII as its lower half. Bytes that it leaves unassigned stand for the
/// control codes of the same number, as browsers have it.
/// </summary>
internal sealed class SingleByteEncoding
{
    /// <summary>The byte that stands for U+FFFD in the encodings with <see cref="HasHoles"/>: which byte was there is not known.</summary>
    public const char Unknown = '\x1A';

    private readonly char[] _upper;
    private readonly Dictionary<char, char> _bytes = [];

    private SingleByteEncoding(string name, char[] upper, bool hasHoles)
    {
        Name = name;
        _upper = upper;
        HasHoles = hasHoles;
        for (int i = 0; i < 0x80; i++)
        {
            if (!hasHoles || i != Unknown)
                _bytes[(char)i] = (char)i;
            _bytes[upper[i]] = (char)(0x80 + i);
        }
        if (hasHoles)
            _bytes['\uFFFD'] = Unknown;
    }

    /// <summary>Latin-1, five of the Windows code pages, ISO 8859-2, Mac Roman and code page 437, in the order in which ftfy tries them.</summary>
    public static IReadOnlyList<SingleByteEncoding> All { get; } = [Latin1(), .. FromTable()];

    public static SingleByteEncoding Windows1252 { get; } = All.Single(encoding => encoding.Name == "cp1252");

    public string Name { get; }

    /// <summary>Whether it is a Windows code page, which leaves bytes unassigned.</summary>
    public bool HasHoles { get; }

    public char Decode(byte value) => value < 0x80 ? (char)value : _upper[value - 0x80];

    /// <summary>The bytes of <paramref name="text"/> as characters 0 to FF; null when it has a character that is not in this encoding.</summary>
    public string? TryEncode(string text)
    {
        char[] encoded = new char[text.Length];
        for (int i = 0; i < text.Length; i++)
            if (!_bytes.TryGetValue(text[i], out encoded[i]))
                return null;
        return new string(encoded);
    }

    private static SingleByteEncoding Latin1() =>
        new("latin-1", [.. Enumerable.Range(0x80, 0x80).Select(value => (char)value)], hasHoles: false);

    private static IEnumerable<SingleByteEncoding> FromTable()
    {
        foreach (string[] row in Table.Read("code-pages.txt"))
        {
            char[] upper = [.. row[1].Split(' ').Select((hex, i) => (char)(hex == "-" ? 0x80 + i : Table.CodePoint(hex)))];
            yield return new SingleByteEncoding(row[0], upper, hasHoles: row[0].StartsWith("cp12", StringComparison.Ordinal));
        }
    }
}
