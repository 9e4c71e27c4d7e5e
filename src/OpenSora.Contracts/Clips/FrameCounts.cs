using System.Globalization;

namespace OpenSora.Contracts.Clips;

/// <summary>Lengths of a clip: <c>--num-frames</c>.</summary>
public static class FrameCounts
{
    /// <summary>An hour and more at 24 frames a second; beyond it is a typing error.</summary>
    public const int Most = 100_000;

    private static readonly Dictionary<string, int> Named = new(StringComparer.Ordinal)
    {
        ["1x"] = 51,
        ["2x"] = 102,
        ["4x"] = 204,
        ["8x"] = 408,
        ["16x"] = 816,
        ["2s"] = 51,
        ["4s"] = 102,
        ["8s"] = 204,
        ["16s"] = 408,
        ["32s"] = 816,
    };

    /// <summary>
    /// Frames of <c>2s</c> to <c>32s</c>, <c>1x</c> to <c>16x</c> (about as many seconds at 24 frames a second: 51 to 816)
    /// or of a plain count; 1 is an image.
    /// </summary>
    /// <exception cref="InputException">Neither a name nor a count from 1 to <see cref="Most"/>.</exception>
    public static int Of(string length, FrameTable table = FrameTable.OpenSora)
    {
        if (table == FrameTable.Enflame && length is "1x" or "2s")
            return 40;
        if (Named.TryGetValue(length, out int frames))
            return frames;
        if (int.TryParse(length, NumberStyles.Integer, CultureInfo.InvariantCulture, out frames) && frames is >= 1 and <= Most)
            return frames;
        throw new InputException($"--num-frames '{length}' is not a length: give a count from 1 to {Most}, or one of {string.Join(", ", Named.Keys)}");
    }
}
