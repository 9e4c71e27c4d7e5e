using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using OpenSora.Prompts.Cleaning;

namespace OpenSora.Prompts.Tests.Plans;

/// <summary>
/// What Open-Sora 1.2's <c>inference_utils.py</c> makes of texts, line by line. Where Python would raise, a <see cref="FormatException"/>
/// is thrown. Numbers are ASCII, as everybody writes them.
/// </summary>
internal static class OriginalGrammar
{
    /// <summary><c>extract_json_from_prompts</c>.</summary>
    public static (string Text, string Reference, string Mask) Json(string prompt, string reference, string mask)
    {
        string[] parts = Regex.Split(prompt, "(?=[{])").Where((part, i) => part.Length > 0 || i == 0).ToArray();
        string text = prompt.StartsWith('{') ? "" : parts[0];
        string[] objects = [.. parts.Where(part => part.StartsWith('{'))];
        Demand(objects.Length <= 1);
        if (objects is not [var json])
            return (text, reference, mask);
        try
        {
            foreach (JsonProperty item in JsonDocument.Parse(json).RootElement.EnumerateObject())
            {
                Demand(item.Name is "reference_path" or "mask_strategy");
                Demand(item.Value.ValueKind == JsonValueKind.String); // others fail later
                (reference, mask) = item.Name == "reference_path" ? (item.Value.GetString()!, mask) : (reference, item.Value.GetString()!);
            }
        }
        catch (JsonException)
        {
            Demand(false);
        }
        return (text, reference, mask);
    }

    /// <summary><c>collect_references_batch</c>, as far as the names.</summary>
    public static string[] References(string reference)
    {
        if (reference.Length == 0)
            return [];
        string[] paths = reference.Split(';');
        Demand(paths.All(path => path.Length > 0)); // no file has this name
        return paths;
    }

    /// <summary><c>split_prompt</c>, scores, <c>text_preprocessing</c>, <c>merge_prompt</c> and <c>extract_prompts_loop</c>.</summary>
    public static string Prompt(string prompt, double aesthetic, int loop)
    {
        (string[] texts, int[]? starts) = Split(prompt, strip: true);
        texts = [.. texts.Select(text => CaptionCleaner.Preprocess(text.Contains("aesthetic score:", StringComparison.Ordinal) ? text : string.Create(CultureInfo.InvariantCulture, $"{text} aesthetic score: {aesthetic:0.0}.")))];
        string merged = starts is null ? texts[0] : string.Concat(starts.Zip(texts, (start, text) => $"|{start}|{text}"));
        (texts, starts) = Split(merged, strip: false);
        if (starts is null)
            return merged;
        List<string> expanded = [];
        for (int i = 0; i < texts.Length; i++)
            expanded.AddRange(Enumerable.Repeat(texts[i], Math.Max(0, (i + 1 < starts.Length ? starts[i + 1] : loop + 1) - starts[i])));
        Demand(loop < expanded.Count);
        return expanded[loop];
    }

    /// <summary><c>parse_mask_strategy</c>.</summary>
    public static (int[] Whole, double Ratio)[] Mask(string mask)
    {
        string[] defaults = ["0", "0", "0", "0", "1", "0"];
        return mask.Length == 0 ? [] : [.. mask.Split(';').Select(group =>
        {
            string[] given = group.Split(',');
            Demand(given.Length is >= 1 and <= 6);
            string[] all = [.. given, .. defaults[given.Length..]];
            return (all[..5].Select(Int).ToArray(), Float(all[5]));
        })];
    }

    /// <summary><c>apply_mask_strategy</c>: which frame of which reference each latent frame of a clip is, and its edit ratio; no reference is -1.</summary>
    public static (int Reference, int Frame, float Ratio)[] Apply(string mask, int loop, int? align, int frames, int[] references)
    {
        (int Reference, int Frame, float Ratio)[] clip = [.. Enumerable.Repeat((-1, 0, 1f), frames)];
        foreach ((int[] group, double ratio) in Mask(mask))
        {
            if (group[0] != loop)
                continue;
            int which = group[1] < 0 ? references.Length + group[1] : group[1];
            Demand(which >= 0 && which < references.Length);
            int from = group[2] < 0 ? references[which] + group[2] : group[2], to = group[3] < 0 ? frames + group[3] : group[3];
            if (align is { } step)
                (from, to) = (Nearest(from, step, references[which]), Nearest(to, step, frames));
            int length = Math.Min(group[4], Math.Min(frames - to, references[which] - from));
            Demand(from >= 0 && to >= 0 && length > 0); // a slice of nothing, or one that counts from the end: refused here, see docs/differences.md
            for (int i = 0; i < length; i++)
                clip[to + i] = (which, from + i, (float)ratio);
        }
        return clip;
    }

    private static int Nearest(int value, int point, int most)
    {
        int steps = FloorDivide(value, point);
        if (value - steps * point > point / 2.0 && steps < FloorDivide(most, point) - 1)
            steps++;
        return steps * point;
    }

    private static int FloorDivide(int a, int b) => (a - ((a % b) + b) % b) / b;

    private static (string[] Texts, int[]? Starts) Split(string prompt, bool strip)
    {
        if (!prompt.StartsWith("|0|", StringComparison.Ordinal))
            return ([prompt], null);
        string[] parts = prompt.Split('|')[1..];
        Demand(parts.Length % 2 == 0);
        return ([.. parts.Where((_, i) => i % 2 == 1).Select(text => strip ? text.Trim() : text)], [.. parts.Where((_, i) => i % 2 == 0).Select(Int)]);
    }

    private static int Int(string text)
    {
        Demand(Regex.IsMatch(text, @"^\s*[+-]?[0-9]+\s*$"));
        return int.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) ? value : throw new FormatException();
    }

    private static double Float(string text)
    {
        Demand(Regex.IsMatch(text, @"^\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?\s*$", RegexOptions.IgnoreCase));
        double value = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        Demand(value is >= 0 and <= 1); // refused here, see docs/differences.md
        return value;
    }

    private static void Demand(bool holds)
    {
        if (!holds)
            throw new FormatException();
    }
}
