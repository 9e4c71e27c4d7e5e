namespace OpenSora.DemoModel.Clips;

/// <summary>How far a point is outside a shape around the origin (negative inside), in pixels; rows grow downward.</summary>
public static class Outline
{
    /// <summary>Width of a cross's bars and of a ring, in units of the half extent.</summary>
    private const double Bar = 0.36, RingWidth = 0.42;

    public static double Distance(Shape shape, double x, double y, double half) => shape switch
    {
        Shape.Circle => Math.Sqrt(x * x + y * y) - half,
        Shape.Square => Box(x, y, half, half),
        Shape.Cross => Math.Min(Box(x, y, half, half * Bar), Box(x, y, half * Bar, half)),
        Shape.Ring => Math.Abs(Math.Sqrt(x * x + y * y) - half * (1 - RingWidth / 2)) - half * RingWidth / 2,
        Shape.Triangle => Triangle(x, y, half),
        _ => throw new ArgumentOutOfRangeException(nameof(shape), shape, "not a shape"),
    };

    private static double Box(double x, double y, double halfWidth, double halfHeight) =>
        Math.Max(Math.Abs(x) - halfWidth, Math.Abs(y) - halfHeight);

    /// <summary>Point up, base below; as wide and high as the square.</summary>
    private static double Triangle(double x, double y, double half)
    {
        // The sides run from (0, -half) to (±half, half): normal (2, -1) / √5.
        double side = (2 * Math.Abs(x) - (y + half)) / Math.Sqrt(5);
        return Math.Max(side, y - half);
    }
}
