namespace OpenSora.DemoModel.Clips;

/// <summary>Connected pixels of a mask.</summary>
internal static class Region
{
    /// <summary>The pixels of the largest region whose pixels touch by their sides, in no order; empty for an empty mask.</summary>
    /// <param name="mask">Rows from the top, of <paramref name="width"/> pixels.</param>
    public static List<int> Largest(bool[] mask, int width)
    {
        bool[] seen = new bool[mask.Length];
        List<int> largest = [];
        for (int start = 0; start < mask.Length; start++)
        {
            if (!mask[start] || seen[start])
                continue;
            List<int> region = Fill(mask, seen, start, width);
            if (region.Count > largest.Count)
                largest = region;
        }
        return largest;
    }

    private static List<int> Fill(bool[] mask, bool[] seen, int start, int width)
    {
        List<int> region = [start];
        seen[start] = true;
        for (int next = 0; next < region.Count; next++)
        {
            int at = region[next], column = at % width;
            foreach ((int beside, bool exists) in new[] { (at - 1, column > 0), (at + 1, column < width - 1), (at - width, at >= width), (at + width, at + width < mask.Length) })
            {
                if (!exists || !mask[beside] || seen[beside])
                    continue;
                seen[beside] = true;
                region.Add(beside);
            }
        }
        return region;
    }
}
