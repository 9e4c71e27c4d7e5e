using OpenSora.Contracts.Settings;

namespace OpenSora.TestKit;

/// <summary><c>docs/settings.md</c>: a row for each variable, with its default and what may be given.</summary>
public static class SettingsPage
{
    /// <summary>The first cell of each row.</summary>
    public static IReadOnlySet<string> Variables { get; } =
        Lines().Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split('`')[1]).ToHashSet();

    /// <summary>The beginnings of rows that options ask for and that are not there.</summary>
    public static IReadOnlyList<string> Missing<T>() where T : class, new() =>
        [.. SettingsReader.List<T>().Select(one => $"| `{one.Setting.Variable}` | {one.Default} | {one.Setting.Range} |").Where(row => !Lines().Any(line => line.StartsWith(row, StringComparison.Ordinal)))];

    private static IEnumerable<string> Lines() => File.ReadLines(Path.Combine(Repository.Root, "docs", "settings.md"));
}
