using System.Text.Json;
using OpenSora.Contracts;
using OpenSora.Prompts.Cleaning;

namespace OpenSora.Inference.Verification;

/// <summary>
/// Case 6: cleaned prompts, one pass (<c>clean_caption</c>), both (<c>text_preprocessing</c>), the repair alone
/// (<c>basic_clean</c>) and no cleaning (<c>no_preprocessing</c>). What becomes of malformed markup depends on the version
/// of Python, so a few rows may differ.
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

    public static IEnumerable<GoldenResult> Run(GoldenContext context) =>
        GoldenTable.Compare(context, "case6_text_cleaning", "*.json", Tolerance, Difference);

    private static Difference? Difference(JsonElement row)
    {
        string text = GoldenTable.Text(row.Field("text"));
        bool stops = row.Find("error") is not null, compared = false;
        foreach ((string field, Func<string, string> clean) in Fields)
        {
            string ours = clean(text);
            if (row.Find(field) is not { } expected)
                continue;
            if (expected.ValueKind != JsonValueKind.String)
                stops = true;
            else if (ours != GoldenTable.Text(expected))
                return text;
            else
                compared = true;
        }
        return stops ? new Difference(text, OnPurpose.Stops)
            : compared ? null
            : throw new InputException("it has no cleaned text to compare with");
    }
}
