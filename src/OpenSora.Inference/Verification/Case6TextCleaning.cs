using System.Text.Json;
using OpenSora.Inference.Text.Cleaning;

namespace OpenSora.Inference.Verification;

/// <summary>
/// Case 6: cleaned prompts, one pass (<c>clean_caption</c>), both (<c>text_preprocessing</c>), the repair alone
/// (<c>basic_clean</c>) and no cleaning (<c>no_preprocessing</c>). What becomes of malformed markup depends on the version
/// of Python, so a few rows may differ. Rows on which the original stops with an error have nothing to be compared with.
/// </summary>
public static class Case6TextCleaning
{
    private const double Tolerance = 0.03;

    private static readonly (string Field, Func<string, string> Clean)[] Fields =
    [
        ("clean_caption", CaptionCleaner.Clean),
        ("text_preprocessing", text => CaptionCleaner.Preprocess(text)),
        ("basic_clean", CaptionCleaner.Repair),
        ("no_preprocessing", text => CaptionCleaner.Preprocess(text, clean: false)),
    ];

    public static IEnumerable<GoldenResult> Run(GoldenContext context)
    {
        foreach (string file in GoldenFiles.Of(context, "case6_text_cleaning", "*.json"))
            yield return GoldenTable.Compare(context, file, Tolerance, Difference);
    }

    private static string? Difference(JsonElement row)
    {
        string text = GoldenTable.Text(row.GetProperty("text"));
        foreach ((string field, Func<string, string> clean) in Fields)
            if (row.TryGetProperty(field, out JsonElement expected) && expected.ValueKind == JsonValueKind.String
                && clean(text) != GoldenTable.Text(expected))
                return text;
        return null;
    }
}
