using System.Text;

namespace OpenSora.Client.Tables;

/// <summary>Columns of text as wide as they have to be: the first to the left, figures to the right.</summary>
internal sealed class TextTable(params string[] head)
{
    private readonly List<string[]> _rows = [head];

    /// <summary>One cell for each column; figures as they are to be seen.</summary>
    public void Add(params FormattableString[] cells) => _rows.Add([.. cells.Select(FormattableString.Invariant)]);

    public override string ToString()
    {
        int[] widths = [.. Enumerable.Range(0, head.Length).Select(column => _rows.Max(row => row[column].Length))];
        StringBuilder text = new();
        foreach (string[] row in _rows)
            text.Append("  ").AppendLine(string.Join("  ", row.Select((cell, i) => i == 0 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]))).TrimEnd());
        return text.ToString();
    }
}
