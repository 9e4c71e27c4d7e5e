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

    /// <summary>
    /// The largest connected thing that differs from the background. Its edge is where the colour is half way between the two,
    /// so a blurred outline lies where the sharp one would, and its colour is that of the pixels that differ most.
    /// </summary>
    private static Blob? Find(byte[] rgb, double[] ground, int height, int width)
    {
        double[] apart = [.. Enumerable.Range(0, height * width).Select(at => Way(at).Sum(x => x * x))];
        double[] clear = [.. apart.Where(distance => distance > Apart).Order()];
        if (clear.Length < apart.Length / 100)
            return null;
        double strong = clear[clear.Length * 9 / 10] * 0.5;
        double[][] strongest = [.. Enumerable.Range(0, apart.Length).Where(at => apart[at] >= strong).Select(Way)];
        double[] axis = [.. Enumerable.Range(0, 3).Select(channel => strongest.Average(way => way[channel]))];
        double length = axis.Sum(x => x * x);
        bool[] differs = [.. Enumerable.Range(0, apart.Length).Select(at => Way(at).Zip(axis, (x, y) => x * y).Sum() > length / 2)];
        List<int> inside = Region.Largest(differs, width);
        if (inside.Count < apart.Length / 100)
            return null;

        double middleX = inside.Average(at => at % width + 0.5), middleY = inside.Average(at => at / width + 0.5);
        (int top, int bottom, int left, int right) = (inside.Min(at => at / width), inside.Max(at => at / width), inside.Min(at => at % width), inside.Max(at => at % width));
        double fill = (double)inside.Count / ((bottom - top + 1) * (right - left + 1));
        double lean = (middleY - (top + bottom + 1) / 2.0) / (bottom - top + 1);
        bool solid = differs[(top + bottom) / 2 * width + (left + right) / 2];
        return new Blob(ground[0] + axis[0], ground[1] + axis[1], ground[2] + axis[2], middleX, middleY, fill, lean, solid);

        double[] Way(int at) => [rgb[at * 3] - ground[0], rgb[at * 3 + 1] - ground[1], rgb[at * 3 + 2] - ground[2]];
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
