using System.Text.Json;
using OpenSora.Inference.Prompts;
using OpenSora.Inference.Text.Cleaning;

namespace OpenSora.Inference.Verification;

/// <summary>Case 7: what happens to the text of a prompt, and what its file is called.</summary>
internal static class Case7Prompts
{
    public static string? Scores(JsonElement row)
    {
        string prompt = GoldenTable.Text(row.GetProperty("prompt"));
        JsonElement given = row.GetProperty("args");
        PromptScores scores = new(Number(given, "aes"), Number(given, "flow"), Text(given, "camera_motion"));
        return Outcome.Difference(row, prompt, () => scores.Append(prompt));
    }

    /// <summary>The original was called with one prompt, its reference R0 and its strategy M0.</summary>
    public static string? Json(JsonElement row)
    {
        string prompt = GoldenTable.Text(row.GetProperty("prompt"));
        return Outcome.Difference(row, prompt, () =>
        {
            PromptJson read = PromptJson.Read(prompt, "R0", "M0");
            return new string[][] { [read.Text], [read.Reference], [read.MaskStrategy] };
        });
    }

    public static string? Segments(JsonElement row)
    {
        string prompt = GoldenTable.Text(row.GetProperty("prompt"));
        JsonElement[] loops = [.. row.GetProperty("loops").EnumerateArray()];
        bool same = Outcome.Matches<object?[]>(row.GetProperty("split"), () => [PromptSegments.Split(prompt).Texts, PromptSegments.Split(prompt).Starts])
            && Outcome.Matches(row.GetProperty("merged"), () => PromptSegments.Split(prompt).Merge())
            && Outcome.Matches(row.GetProperty("merged_cleaned"), () => PromptSegments.Split(prompt).Select(text => CaptionCleaner.Preprocess(text)).Merge())
            && loops.Index().All(loop => Outcome.Matches<string[]>(loop.Item, () => [PromptSegments.OfLoop(prompt, loop.Index)]));
        return same ? null : prompt;
    }

    /// <summary>
    /// Prompts that are no file names, with a <c>/</c> in them, are passed over: on purpose we do not write into folders of
    /// that name.
    /// </summary>
    public static string? FileName(JsonElement row)
    {
        JsonElement given = row.GetProperty("args");
        string? prompt = given.TryGetProperty("prompt_as_path", out JsonElement asPath) && asPath.GetBoolean() ? Text(given, "prompt") : null;
        return prompt?.Contains('/', StringComparison.Ordinal) == true ? null : Outcome.Difference(row, given.GetRawText(), () => OutputName.Of(
            Text(given, "save_dir") ?? "", Text(given, "sample_name"), (int)(Number(given, "sample_idx") ?? 0), prompt,
            (int)(Number(given, "num_sample") ?? 1), (int)(Number(given, "k") ?? 0)));
    }

    private static double? Number(JsonElement arguments, string name) =>
        arguments.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    private static string? Text(JsonElement arguments, string name) =>
        arguments.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? GoldenTable.Text(value) : null;
}
