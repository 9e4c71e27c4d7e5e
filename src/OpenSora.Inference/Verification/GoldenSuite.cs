namespace OpenSora.Inference.Verification;

/// <summary>All cases of a golden folder, in order.</summary>
public static class GoldenSuite
{
    private static readonly Func<GoldenContext, IEnumerable<GoldenResult>>[] Cases =
    [
        Case1Transformer.Run, Case2RectifiedFlow.Run, Case3Vae.Run, Case4TextEncoder.Run, Case5SentencePiece.Run,
        Case6TextCleaning.Run, Case7Conditions.Run, Case7AppendGenerated.Run, Case8Random.Run, Case9EndToEnd.Run,
    ];

    /// <summary>A row for each file. What is in the folder and nothing compares is a row that fails.</summary>
    public static IEnumerable<GoldenResult> Run(GoldenContext context)
    {
        HashSet<string> compared = [];
        foreach (GoldenResult row in Cases.SelectMany(run => run(context)))
        {
            compared.Add(row.Name);
            yield return row;
        }
        foreach (string folder in Directory.EnumerateDirectories(context.Folder, "case*").Order(StringComparer.Ordinal))
            foreach (GoldenResult row in Left(context, folder, compared))
                yield return row;
    }

    private static IEnumerable<GoldenResult> Left(GoldenContext context, string folder, HashSet<string> compared)
    {
        string[] files = [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        string[] here = [.. files.Where(file => compared.Contains(GoldenFiles.Name(context, file)))];
        string name = GoldenFiles.Name(context, folder);
        if (here.Length == 0)
            return [GoldenResult.Unreadable(name, files.Length == 0 ? "the folder is empty" : $"no check reads any of its {files.Length} files: is it the folder of a case?")];
        HashSet<string> companions = [.. here.Select(file => Path.ChangeExtension(file, null))];
        return files.Where(file => !compared.Contains(GoldenFiles.Name(context, file)) && HoldsRows(file, companions))
            .Select(file => GoldenResult.Unreadable(GoldenFiles.Name(context, file), "no check reads this file"));
    }

    /// <summary>Pictures and notes hold no rows, nor do tables that tell of the tensors in a file of their name.</summary>
    private static bool HoldsRows(string file, HashSet<string> companions)
    {
        string name = Path.ChangeExtension(file, null), folder = Path.GetDirectoryName(file)!;
        return Path.GetExtension(file) switch
        {
            ".safetensors" => true,
            ".json" => !companions.Contains(name) && Path.GetFileName(name) != Case2RectifiedFlow.Arguments
                && !companions.Contains(Path.Combine(folder, Case7References.TableOf(Path.GetFileName(name)))),
            _ => false,
        };
    }
}
