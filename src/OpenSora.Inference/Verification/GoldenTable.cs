using System.Text.Json;
using System.Text.RegularExpressions;
using OpenSora.Contracts;

namespace OpenSora.Inference.Verification;

/// <summary>A JSON file of a golden folder that holds a list of rows; its error is the share of rows that differ.</summary>
internal static class GoldenTable
{
    private const int MostShown = 20, LongestShown = 60;

    /// <summary>Compares every row of <paramref name="file"/>.</summary>
    /// <param name="context">Whose folder the file is in.</param>
    /// <param name="file">Path of the file.</param>
    /// <param name="tolerance">The share of rows that may differ.</param>
    /// <param name="difference">What differs in a row, to be shown; null when nothing does.</param>
    /// <param name="rowsOf">The rows of a file that is no plain list; null for a list.</param>
    public static GoldenResult Compare(
        GoldenContext context, string file, double tolerance, Func<JsonElement, string?> difference, Func<JsonElement, IEnumerable<JsonElement>>? rowsOf = null)
    {
        using JsonDocument document = Parse(file, isList: rowsOf is null);
        List<string> differences = [];
        int rows = 0;
        foreach (JsonElement row in rowsOf?.Invoke(document.RootElement) ?? document.RootElement.EnumerateArray())
        {
            rows++;
            if (difference(row) is { } what)
                differences.Add(what.Length <= LongestShown ? what : what[..LongestShown] + "…");
        }

        string? detail = null;
        if (differences.Count > 0)
        {
            string more = differences.Count > MostShown ? $" and {differences.Count - MostShown} more" : "";
            detail = $"{differences.Count} of {rows} rows differ: {string.Join(" | ", differences.Take(MostShown))}{more}";
        }
        return new GoldenResult(GoldenFiles.Name(context, file), (double)differences.Count / Math.Max(1, rows), tolerance, detail);
    }

    /// <summary>A string as it is written; unlike .NET's own reader this one takes lone surrogates, as Python writes them.</summary>
    public static string Text(JsonElement value) => Regex.Unescape(value.GetRawText()[1..^1]);

    public static long[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(value => value.GetInt64())];

    public static string[] Texts(JsonElement list) => [.. list.EnumerateArray().Select(Text)];

    private static JsonDocument Parse(string file, bool isList)
    {
        try
        {
            JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
            return document.RootElement.ValueKind == JsonValueKind.Array || !isList
                ? document
                : throw new JsonException("it is no list of rows");
        }
        catch (JsonException e)
        {
            throw new InputException($"{file} is no golden table: {e.Message}", e);
        }
    }
}
