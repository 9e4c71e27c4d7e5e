namespace OpenSora.DemoModel.Evaluation;

/// <summary>What is seen where the clips of a video are joined.</summary>
/// <param name="Jump">Root mean squared difference of the two frames at the seam, in levels.</param>
/// <param name="Ordinary">That of all other neighbours, in the mean.</param>
internal sealed record Seam(double Jump, double Ordinary)
{
    /// <summary>Looks at one video; the seam is after <paramref name="last"/>.</summary>
    public static Seam Of(IReadOnlyList<byte[]> frames, int last)
    {
        double[] moves = [.. frames.Zip(frames.Skip(1), (one, next) => Math.Sqrt(Difference(one, next)))];
        return new Seam(moves[last], moves.Where((_, at) => at != last).Average());
    }

    /// <summary>The mean jump of many videos over their mean ordinary difference: clips that stand still do not divide by next to nothing.</summary>
    public static double Ratio(IReadOnlyCollection<Seam> seams) => seams.Sum(seam => seam.Jump) / Math.Max(1e-3, seams.Sum(seam => seam.Ordinary));

    /// <summary>Mean squared difference of two frames in levels.</summary>
    public static double Difference(byte[] one, byte[] other) => one.Zip(other, (a, b) => (double)(a - b) * (a - b)).Average();
}
