using System.Globalization;
using OpenSora.Contracts;
using OpenSora.Prompts.Cleaning.Python;

namespace OpenSora.Prompts.Texts;

/// <summary>
/// A prompt that changes by loop: <c>|0| a sunny day |2| a rainy day</c> shows the first text in loops 0 and 1, the second
/// from loop 2 on. A prompt that does not begin with <c>|0|</c> is one text for all loops.
/// </summary>
/// <param name="Texts">The texts, in order.</param>
/// <param name="Starts">The first loop of each; null for a plain prompt.</param>
public sealed record PromptSegments(IReadOnlyList<string> Texts, IReadOnlyList<int>? Starts)
{
    private const string Mark = "|0|";

    /// <exception cref="InputException">A number is missing, or a text after one.</exception>
    public static PromptSegments Split(string prompt)
    {
        if (!prompt.StartsWith(Mark, StringComparison.Ordinal))
            return new PromptSegments([prompt], null);
        (int[] starts, string[] texts) = Cut(prompt);
        return new PromptSegments([.. texts.Select(PythonText.Strip)], starts);
    }

    /// <summary>The same segments with other texts.</summary>
    public PromptSegments Select(Func<string, string> change) => this with { Texts = [.. Texts.Select(change)] };

    /// <summary>One string again, without spaces around the marks.</summary>
    public string Merge() => Starts is null ? Texts[0] : string.Concat(Starts.Zip(Texts, (start, text) => $"|{start}|{text}"));

    /// <summary>The text of a loop out of a merged prompt.</summary>
    /// <exception cref="InputException">The segments do not reach the loop.</exception>
    public static string OfLoop(string merged, int loop)
    {
        if (!merged.StartsWith(Mark, StringComparison.Ordinal))
            return merged;
        (int[] starts, string[] texts) = Cut(merged);
        int at = 0;
        for (int i = 0; i < texts.Length; i++)
        {
            int end = i + 1 < starts.Length ? starts[i + 1] : loop + 1;
            at += Math.Max(0, end - starts[i]);
            if (loop < at)
                return texts[i];
        }
        throw new InputException($"the prompt '{merged}' has no text for loop {loop}: let the numbers between bars rise from 0");
    }

    private static (int[] Starts, string[] Texts) Cut(string prompt)
    {
        string[] parts = prompt.Split('|')[1..];
        if (parts.Length % 2 != 0)
            throw new InputException($"the prompt '{prompt}' has a loop number without a text: write |0| text |1| text …");
        int[] starts = new int[parts.Length / 2];
        string[] texts = new string[starts.Length];
        for (int i = 0; i < starts.Length; i++)
        {
            texts[i] = parts[2 * i + 1];
            if (!int.TryParse(parts[2 * i].Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out starts[i]))
                throw new InputException($"'{parts[2 * i]}' in the prompt '{prompt}' is not a loop number: write |0| text |1| text …");
        }
        return (starts, texts);
    }
}
