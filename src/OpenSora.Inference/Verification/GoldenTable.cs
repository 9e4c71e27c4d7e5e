using System.Text.Json;
using System.Text.RegularExpressions;
using OpenSora.Contracts;

namespace OpenSora.Inference.Verification;

/// <summary>A JSON file of a golden folder that holds a list of rows; its error is the share of rows that differ.</summary>
internal static class GoldenTable
{
    private const int MostShown = 20, LongestShown = 60;

    /// <summary>A row of <c>verify</c> for each file.</summary>
    /// <param name="tolerance">The share of rows that may differ; a row that cannot be read fails the file.</param>
    /// <param name="difference">What differs in a row; null when nothing does.</param>
    /// <param name="rowsOf">The rows of a file that is no plain list; null for a list.</param>
    public static IEnumerable<GoldenResult> Compare(
        GoldenContext context, string folder, string pattern, double tolerance, Func<JsonElement, Difference?> difference,
        Func<JsonElement, IEnumerable<JsonElement>>? rowsOf = null) =>
        GoldenFiles.Compare(context, folder, pattern, file => Compare(GoldenFiles.Name(context, file), file, tolerance, difference, rowsOf));

    /// <summary>A string as it is written; unlike .NET's own reader this one takes lone surrogates, as Python writes them.</summary>
    public static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String
        ? Regex.Unescape(value.GetRawText()[1..^1])
        : throw new InputException($"{value.GetRawText()} is no text");

    public static long[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(value => value.GetInt64())];

    public static string[] Texts(JsonElement list) => [.. list.EnumerateArray().Select(Text)];

    private static GoldenResult Compare(
        string name, string file, double tolerance, Func<JsonElement, Difference?> difference, Func<JsonElement, IEnumerable<JsonElement>>? rowsOf)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
        if (rowsOf is null && document.RootElement.ValueKind != JsonValueKind.Array)
            return GoldenResult.Unreadable(name, "it is no list of rows");
        List<Difference> differences = [];
        List<string> unreadable = [];
        int rows = 0;
        foreach (JsonElement row in rowsOf?.Invoke(document.RootElement) ?? document.RootElement.EnumerateArray())
        {
            try
            {
                if (difference(row) is { } found)
                    differences.Add(found);
            }
            catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
            {
                unreadable.Add($"row {rows} ({Short(row.GetRawText())}): {GoldenFiles.Why(e)}");
            }
            rows++;
        }
        if (rows == 0)
            return GoldenResult.Unreadable(name, "it has no rows");
        if (unreadable.Count > 0)
            return GoldenResult.Unreadable(name, $"{unreadable.Count} of {rows} rows cannot be read: {List(unreadable)}");

        string[] wrong = [.. differences.Where(found => found.OnPurpose is null).Select(found => Short(found.What))];
        string[] meant = [.. differences.Where(found => found.OnPurpose is not null).GroupBy(found => found.OnPurpose, (why, found) => $"{found.Count()} of {rows} rows: {why}")];
        return new GoldenResult(
            name, (double)wrong.Length / rows, tolerance,
            wrong.Length == 0 ? null : $"{wrong.Length} of {rows} rows differ: {List(wrong)}",
            meant.Length == 0 ? null : string.Join("; ", meant));
    }

    private static string List(IReadOnlyCollection<string> items) =>
        string.Join(" | ", items.Take(MostShown)) + (items.Count > MostShown ? $" and {items.Count - MostShown} more" : "");

    private static string Short(string text) => text.ReplaceLineEndings(" ") is var line && line.Length <= LongestShown ? line : line[..LongestShown] + "…";
}
