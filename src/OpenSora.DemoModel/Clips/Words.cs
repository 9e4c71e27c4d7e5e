namespace OpenSora.DemoModel.Clips;

/// <summary>What moves. All have the same bounding square, and forms that a small VAE keeps apart.</summary>
public enum Shape { Circle, Square, Triangle, Cross, Ring }

/// <summary>Where it moves: seen by the viewer, so Up is towards row 0.</summary>
public enum Motion { Still, Left, Right, Up, Down, UpLeft, UpRight, DownLeft, DownRight }

/// <summary>A colour with its name.</summary>
public sealed record Paint(string Name, byte R, byte G, byte B)
{
    /// <summary>Squared distance in RGB.</summary>
    public double Distance(double r, double g, double b) => (R - r) * (R - r) + (G - g) * (G - g) + (B - b) * (B - b);
}

/// <summary>The vocabulary of the demo model's world.</summary>
public static class Words
{
    public static readonly Paint[] Colours =
    [
        new("red", 220, 30, 30), new("green", 30, 170, 50), new("blue", 40, 80, 230), new("yellow", 240, 220, 40),
        new("purple", 160, 50, 190), new("orange", 245, 140, 30), new("cyan", 50, 210, 220), new("pink", 250, 150, 190),
    ];

    public static readonly Paint[] Backgrounds =
    [
        new("black", 8, 8, 8), new("white", 245, 245, 245), new("gray", 120, 120, 120), new("brown", 90, 55, 30),
    ];

    public static readonly Shape[] Shapes = Enum.GetValues<Shape>();

    public static readonly Motion[] Motions = Enum.GetValues<Motion>();

    /// <summary>Columns right and rows down for one unit of way; diagonals have the same length as the others.</summary>
    public static (double X, double Y) Direction(Motion motion)
    {
        const double half = 0.70710678118654752;
        return motion switch
        {
            Motion.Left => (-1, 0),
            Motion.Right => (1, 0),
            Motion.Up => (0, -1),
            Motion.Down => (0, 1),
            Motion.UpLeft => (-half, -half),
            Motion.UpRight => (half, -half),
            Motion.DownLeft => (-half, half),
            Motion.DownRight => (half, half),
            _ => (0, 0),
        };
    }
}
