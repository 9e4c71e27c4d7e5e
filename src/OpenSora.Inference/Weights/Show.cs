using System.Globalization;
using System.Text;

namespace OpenSora.Inference.Weights;

/// <summary>How things out of a file are written into messages: a damaged file must not flood or garble the terminal.</summary>
internal static class Show
{
    private const int MaxNameLength = 120;

    /// <summary>A name from a file: control characters escaped, cut to 120 characters.</summary>
    public static string Name(ReadOnlySpan<char> name)
    {
        StringBuilder text = new();
        foreach (char c in name[..Math.Min(name.Length, MaxNameLength)])
            if (char.IsControl(c) || char.IsSurrogate(c))
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                text.Append(c);
        return name.Length > MaxNameLength ? text.Append('…').ToString() : text.ToString();
    }

    /// <summary>A shape as <c>[3456, 1152]</c>.</summary>
    public static string Shape(ReadOnlySpan<long> shape)
    {
        StringBuilder text = new("[");
        for (int i = 0; i < shape.Length; i++)
            text.Append(i == 0 ? "" : ", ").Append(CultureInfo.InvariantCulture, $"{shape[i]}");
        return text.Append(']').ToString();
    }

    /// <summary>The first 20 of <paramref name="names"/> and how many more there are.</summary>
    public static string List(IReadOnlyCollection<string> names)
    {
        const int shown = 20;
        string head = string.Join(", ", names.Take(shown).Select(name => Name(name)));
        return names.Count > shown ? $"{head}, … and {names.Count - shown} more" : head;
    }
}
