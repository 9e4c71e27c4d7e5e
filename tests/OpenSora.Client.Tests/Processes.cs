namespace OpenSora.Client.Tests;

/// <summary>The processes of the machine, as /proc tells them.</summary>
internal static class Processes
{
    /// <summary>The card processes that a command line started, by the number in their names.</summary>
    public static IReadOnlyDictionary<string, int> CardsOf(int client) => Children(client).SelectMany(Children)
        .Select(id => (Id: id, Line: CommandLine(id)))
        .Where(process => process.Line.Length > 1 && process.Line[0].EndsWith("OpenSora.Card", StringComparison.Ordinal))
        .ToDictionary(process => process.Line[1], process => process.Id);

    /// <summary>The coordinator that a command line started: of one job, or of a service.</summary>
    public static int CoordinatorOf(int client) => Children(client).Single(id =>
        CommandLine(id)[0] is var program && (program.EndsWith("OpenSora.Generate", StringComparison.Ordinal) || program.EndsWith("OpenSora.Silo", StringComparison.Ordinal)));

    /// <summary>All that a process started, and what those started.</summary>
    public static IReadOnlyList<int> Descendants(int parent) => [.. Children(parent).SelectMany(child => Descendants(child).Append(child))];

    public static bool Exists(int id) => Directory.Exists($"/proc/{id}");

    private static IReadOnlyList<int> Children(int parent) => [.. Directory.EnumerateDirectories("/proc")
        .Select(folder => int.TryParse(Path.GetFileName(folder), out int id) ? id : 0)
        .Where(id => id > 0 && Parent(id) == parent)];

    private static int Parent(int id)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{id}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1]);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private static string[] CommandLine(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline").Split('\0');
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
