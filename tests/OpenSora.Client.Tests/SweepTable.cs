using System.Text.RegularExpressions;

namespace OpenSora.Client.Tests;

/// <summary>Rows of results.csv by the names of its columns; a cell with commas is in quotes.</summary>
internal static partial class SweepTable
{
    public static Dictionary<string, string>[] Rows(string folder)
    {
        string[][] lines = [.. File.ReadAllLines(Path.Combine(folder, "results.csv")).Select(Cells)];
        return [.. lines.Skip(1).Select(cells => lines[0].Zip(cells).ToDictionary(cell => cell.First, cell => cell.Second))];
    }

    private static string[] Cells(string line) =>
        [.. Cell().Matches(line).Select(cell => cell.Groups[1] is { Success: true } quoted ? quoted.Value.Replace("\"\"", "\"", StringComparison.Ordinal) : cell.Groups[2].Value)];

    [GeneratedRegex("""(?<=^|,)(?:"((?:[^"]|"")*)"|([^,"]*))(?=,|$)""")]
    private static partial Regex Cell();
}
