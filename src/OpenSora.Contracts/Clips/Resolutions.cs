using System.Globalization;

namespace OpenSora.Contracts.Clips;

/// <summary>
/// Nominal frame sizes by resolution and aspect ratio: <c>--resolution</c> and <c>--aspect-ratio</c>. Ratios are
/// height:width, so 9:16 is landscape.
/// </summary>
public static partial class Resolutions
{
    private static readonly Dictionary<string, Dictionary<string, FrameSize>> Sizes = new(StringComparer.Ordinal);

    /// <summary>Key of the tables by ratio of the command line, e.g. 0.56 by 9:16, in the order of the table.</summary>
    private static readonly Dictionary<string, string> Keys = new(StringComparer.Ordinal);

    static Resolutions()
    {
        foreach (string[] row in Read(BySide, firstSize: 2))
            Keys.Add(row[1], row[0]);
        Read(ByArea, firstSize: 1);
        Read(ByArea2880, firstSize: 1);
    }

    /// <summary>Names of resolutions.</summary>
    public static IReadOnlyCollection<string> Names => Sizes.Keys;

    /// <summary>Aspect ratios, height:width.</summary>
    public static IReadOnlyCollection<string> AspectRatios => Keys.Keys;

    /// <summary>The nominal size, e.g. 480x854 for 480p and 9:16. Frames are the largest multiples of 8 within it.</summary>
    /// <exception cref="InputException">An unknown resolution or ratio, or a resolution without this ratio.</exception>
    public static FrameSize Of(string resolution, string aspectRatio, FrameTable table = FrameTable.OpenSora)
    {
        if (!Sizes.TryGetValue(resolution, out Dictionary<string, FrameSize>? sizes))
            throw new InputException($"--resolution '{resolution}' is not known: give {string.Join(", ", Names)}, or --image-size HEIGHT WIDTH");
        if (!Keys.TryGetValue(aspectRatio, out string? key))
            throw new InputException($"--aspect-ratio '{aspectRatio}' is not known: give height:width, one of {string.Join(", ", AspectRatios)}, or --image-size HEIGHT WIDTH");
        if (table == FrameTable.Enflame && resolution == "720p" && aspectRatio == "1:1")
            return new FrameSize(720, 720);
        return sizes.TryGetValue(key, out FrameSize size) ? size : throw Missing(resolution, aspectRatio, sizes);
    }

    private static InputException Missing(string resolution, string aspectRatio, Dictionary<string, FrameSize> sizes)
    {
        string[] ratio = aspectRatio.Split(':');
        double wanted = double.Parse(ratio[0], CultureInfo.InvariantCulture) / double.Parse(ratio[1], CultureInfo.InvariantCulture);
        (int height, int width) = sizes.MinBy(entry => Math.Abs(double.Parse(entry.Key, CultureInfo.InvariantCulture) - wanted)).Value;
        string accepted = string.Join(", ", Keys.Where(entry => sizes.ContainsKey(entry.Value)).Select(entry => entry.Key));
        return new InputException(
            $"--resolution {resolution} has no size for --aspect-ratio {aspectRatio}{(accepted.Length > 0 ? $" (it has {accepted})" : "")}: "
            + $"give --image-size {height} {width}, the nearest in its table, or a resolution that ends in p or k");
    }

    /// <summary>Adds a table whose first line names the columns; returns the other lines, in words.</summary>
    private static List<string[]> Read(string table, int firstSize)
    {
        List<string[]> rows = [.. table.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        for (int column = firstSize; column < rows[0].Length; column++)
            Sizes.Add(rows[0][column], rows.Skip(1).ToDictionary(row => row[0], row => FrameSize.Parse(row[column])));
        return rows[1..];
    }
}
