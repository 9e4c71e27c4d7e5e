using System.Globalization;
using System.Text;
using OpenSora.Prompts.Cleaning.Data;
using OpenSora.Prompts.Cleaning.Python;

namespace OpenSora.Prompts.Cleaning.Repair;

/// <summary>
/// Unicode normalization form C (Unicode Standard Annex 15) with the tables of Unicode 14. The runtime's own does nothing
/// without ICU, and the program runs without ICU.
/// </summary>
internal static class Normalization
{
    private const int HangulFirst = 0xAC00, HangulLast = 0xD7A3, LeadFirst = 0x1100, VowelFirst = 0x1161, TailBase = 0x11A7;
    private const int Leads = 19, Vowels = 21, Tails = 28;

    private static readonly Dictionary<int, int[]> Decompositions = [];
    private static readonly Dictionary<(int First, int Second), int> Compositions = [];
    private static readonly Dictionary<int, int> Classes = [];

    static Normalization()
    {
        foreach (string[] row in Table.Read("normalization.txt"))
        {
            string[] range = row[0].Split('-');
            int code = Table.CodePoint(range[0]);
            if (range.Length == 2)
            {
                for (int last = Table.CodePoint(range[1]); code <= last; code++)
                    Classes.Add(code, int.Parse(row[1], CultureInfo.InvariantCulture));
                continue;
            }
            int[] parts = Table.CodePoints(row[1].TrimStart('!'));
            Decompositions.Add(code, parts);
            if (!row[1].StartsWith('!'))
                Compositions.Add((parts[0], parts[1]), code);
        }
    }

    /// <summary>The canonical composition of <paramref name="text"/>.</summary>
    public static string Compose(string text)
    {
        // Nothing below the first combining mark changes.
        if (!text.AsSpan().ContainsAnyInRange('\u0300', '\uFFFF'))
            return text;

        List<int> codes = new(text.Length);
        for (int at = 0; at < text.Length;)
        {
            Decompose(CodePoints.At(text, at, out int length), codes);
            at += length;
        }
        SortMarks(codes);
        StringBuilder composed = new(text.Length);
        foreach (int code in Recompose(codes))
            composed.AppendCodePoint(code);
        return composed.ToString();
    }

    private static void Decompose(int code, List<int> codes)
    {
        if (code is >= HangulFirst and <= HangulLast)
        {
            int index = code - HangulFirst;
            codes.Add(LeadFirst + index / (Vowels * Tails));
            codes.Add(VowelFirst + index / Tails % Vowels);
            if (index % Tails != 0)
                codes.Add(TailBase + index % Tails);
        }
        else if (Decompositions.TryGetValue(code, out int[]? parts))
        {
            foreach (int part in parts)
                Decompose(part, codes);
        }
        else
        {
            codes.Add(code);
        }
    }

    /// <summary>Brings each run of marks into the order of their classes, marks of one class as they stood.</summary>
    private static void SortMarks(List<int> codes)
    {
        for (int start = 0; start < codes.Count; start++)
        {
            int end = start;
            while (end < codes.Count && Class(codes[end]) != 0)
                end++;
            if (end - start > 1)
            {
                int[] sorted = [.. codes[start..end].OrderBy(Class)];
                for (int i = 0; i < sorted.Length; i++)
                    codes[start + i] = sorted[i];
            }
            start = end;
        }
    }

    /// <summary>Joins each character to the last starter before it, unless one of its own or a higher class stands between.</summary>
    private static List<int> Recompose(List<int> codes)
    {
        List<int> result = new(codes.Count);
        int starter = -1;
        foreach (int code in codes)
        {
            int markClass = Class(code);
            bool adjacent = starter == result.Count - 1;
            bool blocked = !adjacent && (markClass == 0 || Class(result[^1]) >= markClass);
            if (starter >= 0 && !blocked && Join(result[starter], code) is { } joined)
            {
                result[starter] = joined;
                continue;
            }
            result.Add(code);
            if (markClass == 0)
                starter = result.Count - 1;
        }
        return result;
    }

    private static int? Join(int first, int second)
    {
        if (first is >= LeadFirst and < LeadFirst + Leads && second is >= VowelFirst and < VowelFirst + Vowels)
            return HangulFirst + ((first - LeadFirst) * Vowels + second - VowelFirst) * Tails;
        bool openSyllable = first is >= HangulFirst and <= HangulLast && (first - HangulFirst) % Tails == 0;
        if (openSyllable && second is > TailBase and < TailBase + Tails)
            return first + second - TailBase;
        return Compositions.TryGetValue((first, second), out int joined) ? joined : null;
    }

    private static int Class(int code) => Classes.GetValueOrDefault(code);
}
