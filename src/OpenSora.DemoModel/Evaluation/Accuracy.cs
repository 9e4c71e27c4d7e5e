using OpenSora.DemoModel.Clips;

namespace OpenSora.DemoModel.Evaluation;

/// <summary>How often clips show what their captions say.</summary>
/// <param name="Direction4">Of the clips that are to move left, right, up or down.</param>
/// <param name="Direction8">Of all clips that are to move.</param>
/// <param name="Still">Of the clips that are to stand still.</param>
/// <param name="Speed">Of all clips that are to move: a way between half and one and a half of what captions of motion mean.</param>
internal sealed record Accuracy(Share Colour, Share Background, Share Shape, Share Direction4, Share Direction8, Share Still, Share Speed)
{
    /// <summary>Drawn clips go 0.24 to 0.32 of the frame's side, so 0.28 in the mean.</summary>
    private const double Least = 0.14, Most = 0.42;

    public static Accuracy Of(IReadOnlyList<(Clip Clip, Verdict Verdict)> seen)
    {
        List<(Clip Clip, Verdict Verdict)> moving = [.. seen.Where(pair => pair.Clip.Motion != Motion.Still)];
        List<(Clip Clip, Verdict Verdict)> straight = [.. moving.Where(pair => pair.Clip.Motion <= Motion.Down)];
        return new Accuracy(
            Share.Count(seen, pair => pair.Verdict.Colour == pair.Clip.Colour),
            Share.Count(seen, pair => pair.Verdict.Background == pair.Clip.Background),
            Share.Count(seen, pair => pair.Verdict.Shape == pair.Clip.Shape),
            Share.Count(straight, SameMotion),
            Share.Count(moving, SameMotion),
            Share.Count([.. seen.Where(pair => pair.Clip.Motion == Motion.Still)], SameMotion),
            Share.Count(moving, pair => pair.Verdict.Way is > Least and < Most));

        static bool SameMotion((Clip Clip, Verdict Verdict) pair) => pair.Verdict.Motion == pair.Clip.Motion;
    }

    /// <summary>One line for people.</summary>
    public override string ToString() =>
        $"colour {Percent(Colour)}, background {Percent(Background)}, shape {Percent(Shape)}, direction of 4 {Percent(Direction4)}, of 8 {Percent(Direction8)}, still {Percent(Still)}, speed {Percent(Speed)}";

    private static string Percent(Share share) => $"{100.0 * share.Right / share.Of:F1} %";
}
