using System.Text.Json;
using OpenSora.Contracts;

namespace OpenSora.Inference.Verification;

/// <summary>The files of one case of a golden folder; a folder without the case has none.</summary>
public static class GoldenFiles
{
    /// <summary>A row for each file of a case.</summary>
    public static IEnumerable<GoldenResult> Compare(GoldenContext context, string folder, string pattern, Func<string, GoldenResult> compare) =>
        Compare(context, Of(context, folder, pattern), compare);

    /// <summary>A row for each file. One that cannot be compared is a row that fails and says why.</summary>
    public static IEnumerable<GoldenResult> Compare(GoldenContext context, IEnumerable<string> files, Func<string, GoldenResult> compare)
    {
        foreach (string file in files)
        {
            GoldenResult row;
            try
            {
                row = compare(file);
            }
            catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
            {
                row = GoldenResult.Unreadable(Name(context, file), Why(e));
            }
            yield return row;
        }
    }

    public static IEnumerable<string> Of(GoldenContext context, string folder, string pattern) =>
        Directory.Exists(Path.Combine(context.Folder, folder))
            ? Directory.EnumerateFiles(Path.Combine(context.Folder, folder), pattern).Order(StringComparer.Ordinal)
            : [];

    /// <summary>The name of a row: the file relative to the golden folder.</summary>
    public static string Name(GoldenContext context, string file) => Path.GetRelativePath(context.Folder, file);

    /// <summary>What is wrong with a file or a row, on one line.</summary>
    internal static string Why(Exception e)
    {
        string line = e.Message.Split('\n', 2)[0].Trim();
        return e is InputException or JsonException or IOException ? line : $"{e.GetType().Name}: {line}";
    }
}
