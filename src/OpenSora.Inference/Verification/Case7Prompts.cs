using System.Text.Json;
using OpenSora.Prompts.Cleaning;
using OpenSora.Prompts.Plans;
using OpenSora.Prompts.Texts;

namespace OpenSora.Inference.Verification;

/// <summary>Case 7: what happens to the text of a prompt, and what its file is called.</summary>
internal static class Case7Prompts
{
    public static Difference? Scores(JsonElement row)
    {
        string prompt = GoldenTable.Text(row.Field("prompt"));
        PromptScores scores = row.Find("args") is { } given
            ? new(Number(given, "aes"), Number(given, "flow"), given.Find("camera_motion") is { } motion ? GoldenTable.Text(motion) : null)
            : new(null, null, null);
        return Outcome.Difference(row, prompt, () => scores.Append(prompt));
    }

    /// <summary>The original was called with one prompt, its reference R0 and its strategy M0.</summary>
    public static Difference? Json(JsonElement row)
    {
        string prompt = GoldenTable.Text(row.Field("prompt"));
        return Outcome.Difference(row, prompt, () =>
        {
            PromptJson read = PromptJson.Read(prompt, "R0", "M0");
            return new string[][] { [read.Text], [read.Reference], [read.MaskStrategy] };
        });
    }

    public static Difference? Segments(JsonElement row)
    {
        string prompt = GoldenTable.Text(row.Field("prompt"));
        bool agrees = row.Agrees(
            ("split", outcome => Outcome.Matches<object?[]>(outcome, () => [PromptSegments.Split(prompt).Texts, PromptSegments.Split(prompt).Starts])),
            ("merged", outcome => Outcome.Matches(outcome, () => PromptSegments.Split(prompt).Merge())),
            ("merged_cleaned", outcome => Outcome.Matches(outcome, () => PromptSegments.Split(prompt).Select(text => CaptionCleaner.Preprocess(text)).Merge())),
            ("loops", outcomes => outcomes.EnumerateArray().Index().All(loop => Outcome.Matches<string[]>(loop.Item, () => [PromptSegments.OfLoop(prompt, loop.Index)]))));
        return agrees ? null : prompt;
    }

    public static Difference? FileName(JsonElement row)
    {
        JsonElement given = row.Field("args");
        string? prompt = given.Find("prompt_as_path")?.GetBoolean() == true ? given.Words("prompt") : null;
        string? different = Outcome.Difference(row, given.GetRawText(), () => OutputName.Of(
            given.Words("save_dir"), given.Find("sample_name") is { } name ? GoldenTable.Text(name) : null, given.Whole("sample_idx", 0), prompt,
            given.Whole("num_sample", 1), given.Whole("k", 0)));
        return different is null ? null : new Difference(different, prompt is not null && OnPurpose.IsRenamed(prompt) ? OnPurpose.FileName : null);
    }

    private static double? Number(JsonElement arguments, string name) => arguments.Find(name)?.GetDouble();
}
