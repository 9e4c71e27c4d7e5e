using System.Globalization;

namespace OpenSora.Prompts.Cleaning.Data;

/// <summary>Reads the tables that <c>make_tables.py</c> wrote: lines of fields between tabs, characters as hexadecimal code points.</summary>
internal static class Table
{
    /// <summary>The lines of <c>Data/name</c>, which is part of this assembly, without the comment.</summary>
    public static IEnumerable<string[]> Read(string name)
    {
        string resource = $"{typeof(Table).Namespace}.{name}";
        Stream stream = typeof(Table).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"the assembly lacks its table {resource}");
        using StreamReader reader = new(stream);
        while (reader.ReadLine() is { } line)
            if (!line.StartsWith('#'))
                yield return line.Split('\t');
    }

    public static int CodePoint(ReadOnlySpan<char> hex) => int.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    public static int[] CodePoints(string hexes) => [.. hexes.Split(' ').Select(hex => CodePoint(hex))];

    public static string Characters(string hexes) => string.Concat(CodePoints(hexes).Select(char.ConvertFromUtf32));
}
