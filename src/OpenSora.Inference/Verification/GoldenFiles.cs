namespace OpenSora.Inference.Verification;

/// <summary>The files of one case of a golden folder; a folder without the case has none.</summary>
public static class GoldenFiles
{
    public static IEnumerable<string> Of(GoldenContext context, string folder, string pattern) =>
        Directory.Exists(Path.Combine(context.Folder, folder))
            ? Directory.EnumerateFiles(Path.Combine(context.Folder, folder), pattern).Order(StringComparer.Ordinal)
            : [];

    /// <summary>The name of a row: the file relative to the golden folder.</summary>
    public static string Name(GoldenContext context, string file) => Path.GetRelativePath(context.Folder, file);
}
