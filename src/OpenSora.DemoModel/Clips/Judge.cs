namespace OpenSora.DemoModel.Clips;

/// <summary>What the judge saw in a clip; null where nothing stood out from the background.</summary>
/// <param name="Way">How far the shape went, in units of the frame's shorter side.</param>
public sealed record Verdict(Paint Background, Paint? Colour, Shape? Shape, Motion? Motion, double? Way);

/// <summary>
/// Says from pixels alone what a clip shows: the background from the frame's edge, the shape as what differs from it, its
/// form from how it fills its box, its motion from where its middle goes. No network, so that it can judge one.
/// </summary>
public static class Judge
{
    /// <summary>Pixels this far from the background, squared in RGB, belong to the shape.</summary>
    private const double Apart = 45 * 45;

    /// <summary>A way below this share of the shorter side is standing still; drawn motions go 0.24 and more.</summary>
    private const double Still = 0.10;

    /// <param name="frames">RGB24 frames, all of one size.</param>
    public static Verdict Look(IReadOnlyList<byte[]> frames, int height, int width)
    {
        double[] ground = EdgeColour(frames[0], height, width);
        Paint background = Nearest(Words.Backgrounds, ground[0], ground[1], ground[2]);
        Blob? first = Find(frames[0], ground, height, width), last = Find(frames[^1], ground, height, width);
        if (first is null || last is null)
            return new Verdict(background, null, null, null, null);
        double x = last.MiddleX - first.MiddleX, y = last.MiddleY - first.MiddleY, way = Math.Sqrt(x * x + y * y) / Math.Min(height, width);
        return new Verdict(background, Nearest(Words.Colours, first.Red, first.Green, first.Blue), FormOf(first), MotionOf(x, y, way), way);
    }

    /// <summary>The median of the pixels along the four edges, by channel.</summary>
    private static double[] EdgeColour(byte[] rgb, int height, int width)
    {
        double[] colour = new double[3];
        for (int channel = 0; channel < 3; channel++)
        {
            List<byte> edge = [];
            for (int column = 0; column < width; column++)
                edge.AddRange([At(rgb, 0, column), At(rgb, height - 1, column)]);
            for (int row = 0; row < height; row++)
                edge.AddRange([At(rgb, row, 0), At(rgb, row, width - 1)]);
            edge.Sort();
            colour[channel] = edge[edge.Count / 2];

            byte At(byte[] pixels, int row, int column) => pixels[(row * width + column) * 3 + channel];
        }
        return colour;
    }

    private static Blob? Find(byte[] rgb, double[] ground, int height, int width)
    {
        bool[] inside = new bool[height * width];
        double[] sum = new double[5];
        int count = 0, top = height, bottom = -1, left = width, right = -1;
        for (int at = 0; at < inside.Length; at++)
        {
            double r = rgb[at * 3], g = rgb[at * 3 + 1], b = rgb[at * 3 + 2];
            inside[at] = new Paint("", (byte)ground[0], (byte)ground[1], (byte)ground[2]).Distance(r, g, b) > Apart;
            if (!inside[at])
                continue;
            (int row, int column) = Math.DivRem(at, width);
            count++;
            (sum[0], sum[1], sum[2], sum[3], sum[4]) = (sum[0] + r, sum[1] + g, sum[2] + b, sum[3] + column + 0.5, sum[4] + row + 0.5);
            (top, bottom, left, right) = (Math.Min(top, row), Math.Max(bottom, row), Math.Min(left, column), Math.Max(right, column));
        }
        if (count < inside.Length / 100)
            return null;
        int middle = (top + bottom) / 2 * width + (left + right) / 2;
        double fill = (double)count / ((bottom - top + 1) * (right - left + 1));
        double lean = (sum[4] / count - (top + bottom + 1) / 2.0) / (bottom - top + 1);
        return new Blob(sum[0] / count, sum[1] / count, sum[2] / count, sum[3] / count, sum[4] / count, fill, lean, inside[middle]);
    }

    /// <summary>Fill of the box: square 1, circle 0.79, ring about 0.5 with an empty middle, cross about 0.6, triangle 0.5 and low.</summary>
    private static Shape FormOf(Blob blob) => blob switch
    {
        { Solid: false } => Shape.Ring,
        { Lean: > 0.08 } => Shape.Triangle,
        { Fill: > 0.89 } => Shape.Square,
        { Fill: > 0.70 } => Shape.Circle,
        _ => Shape.Cross,
    };

    private static Motion MotionOf(double x, double y, double way) =>
        way < Still
            ? Motion.Still
            : Words.Motions.Skip(1).MaxBy(motion => Words.Direction(motion) is var way ? way.X * x + way.Y * y : 0);

    private static Paint Nearest(Paint[] paints, double r, double g, double b) => paints.MinBy(paint => paint.Distance(r, g, b))!;

    /// <summary>Mean colour, middle in pixels, share of its box, how far the middle lies below the box's, whether the box's middle is filled.</summary>
    private sealed record Blob(double Red, double Green, double Blue, double MiddleX, double MiddleY, double Fill, double Lean, bool Solid);
}
