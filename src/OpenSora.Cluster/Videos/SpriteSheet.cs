using OpenSora.Contracts.Clips;

namespace OpenSora.Cluster.Videos;

/// <summary>A video at a glance: frames at equal distances, side by side in rows. No more than one whole frame is in memory.</summary>
internal static class SpriteSheet
{
    private const int Columns = 5, MostFrames = 25, MostWidth = 320;

    /// <param name="frames">In order, all of one size.</param>
    /// <param name="count">How many there are.</param>
    public static RgbImage Of(IEnumerable<RgbImage> frames, int count)
    {
        int shown = Math.Min(count, MostFrames), columns = Math.Min(shown, Columns), rows = (shown + columns - 1) / columns, taken = 0, index = 0;
        RgbImage? sheet = null;
        foreach (RgbImage frame in frames)
        {
            // The first, the last, and those between.
            if (index++ != (shown == 1 ? 0 : (int)((long)taken * (count - 1) / (shown - 1))))
                continue;
            int shrink = (frame.Width + MostWidth - 1) / MostWidth, width = Math.Max(1, frame.Width / shrink), height = Math.Max(1, frame.Height / shrink);
            sheet ??= new RgbImage(columns * width, rows * height, new byte[3 * columns * width * rows * height]);
            Shrink(frame, shrink, sheet, taken % columns * width, taken / columns * height, width, height);
            if (++taken == shown)
                break;
        }
        return sheet ?? throw new InvalidDataException("a video without frames");
    }

    /// <summary>Each pixel is the mean of a square.</summary>
    private static void Shrink(RgbImage frame, int shrink, RgbImage sheet, int left, int top, int width, int height)
    {
        int squares = Math.Min(shrink, Math.Min(frame.Width, frame.Height));
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
                for (int colour = 0; colour < 3; colour++)
                {
                    int sum = 0;
                    for (int dy = 0; dy < squares; dy++)
                        for (int dx = 0; dx < squares; dx++)
                            sum += frame.Pixels[(3 * ((((y * shrink) + dy) * frame.Width) + (x * shrink) + dx)) + colour];
                    sheet.Pixels[(3 * (((top + y) * sheet.Width) + left + x)) + colour] = (byte)(sum / (squares * squares));
                }
    }
}
