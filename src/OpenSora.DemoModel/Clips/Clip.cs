namespace OpenSora.DemoModel.Clips;

/// <summary>
/// One drawn clip: a shape of one colour that starts near the middle and moves outward over a plain background. Lengths
/// are in units of the frame's shorter side; the way is what the shape has gone by the last frame.
/// </summary>
public sealed record Clip(Shape Shape, Paint Colour, Paint Background, Motion Motion, double HalfExtent, double StartX, double StartY, double Way)
{
    /// <summary>The clip of a number: the same on every machine.</summary>
    /// <param name="seed">Which clip.</param>
    /// <param name="held">Whether the combination must be one that is held out of training.</param>
    public static Clip Draw(ulong seed, bool held = false)
    {
        SplitMix random = new(seed);
        while (true)
        {
            Clip clip = new(
                random.Pick(Words.Shapes),
                random.Pick(Words.Colours),
                random.Pick(Words.Backgrounds),
                random.Pick(Words.Motions),
                random.Between(0.19, 0.24),
                random.Between(-0.05, 0.05),
                random.Between(-0.05, 0.05),
                random.Between(0.24, 0.32));
            if (clip.HeldOut == held)
                return clip;
        }
    }

    /// <summary>One combination in twelve of shape, colour, background and motion is never trained on.</summary>
    public bool HeldOut =>
        new SplitMix((ulong)(((int)Shape * 31 + Array.IndexOf(Words.Colours, Colour)) * 31 + Array.IndexOf(Words.Backgrounds, Background)) * 31 + (ulong)Motion).Next() % 12 == 0;

    /// <summary>The middle of the shape in a frame, in pixels from the top left corner.</summary>
    public (double X, double Y) Middle(int frame, int frames, int height, int width)
    {
        double side = Math.Min(height, width);
        double gone = frames == 1 ? 0 : Way * frame / (frames - 1.0);
        (double x, double y) = Words.Direction(Motion);
        return (width / 2.0 + (StartX + x * gone) * side, height / 2.0 + (StartY + y * gone) * side);
    }

    /// <summary>Paints one frame: interleaved RGB, rows from the top, edges softened over a pixel.</summary>
    public void Paint(int frame, int frames, int height, int width, Span<byte> rgb)
    {
        (double middleX, double middleY) = Middle(frame, frames, height, width);
        double half = HalfExtent * Math.Min(height, width);
        int at = 0;
        for (int row = 0; row < height; row++)
        {
            for (int column = 0; column < width; column++)
            {
                double covered = Math.Clamp(0.5 - Outline.Distance(Shape, column + 0.5 - middleX, row + 0.5 - middleY, half), 0, 1);
                rgb[at++] = Mix(Background.R, Colour.R, covered);
                rgb[at++] = Mix(Background.G, Colour.G, covered);
                rgb[at++] = Mix(Background.B, Colour.B, covered);
            }
        }
    }

    private static byte Mix(byte under, byte over, double covered) => (byte)(under + (over - under) * covered + 0.5);
}
