namespace OpenSora.DemoModel.Clips;

/// <summary>Captions of a clip in varied wording.</summary>
public static class Captions
{
    /// <summary>The wording that the README uses.</summary>
    public static string Plain(Clip clip) => $"a {clip.Colour.Name} {Name(clip.Shape)} {Moves(clip.Motion)} on a {clip.Background.Name} background";

    /// <summary>One of many wordings, the same for the same number.</summary>
    public static string Varied(Clip clip, ulong seed)
    {
        SplitMix random = new(seed ^ 0xC0FFEE);
        string shape = $"{random.Pick(Articles)} {clip.Colour.Name} {Name(clip.Shape)}".TrimStart();
        string moves = random.Pick(Verbs(clip.Motion));
        string where = random.Pick(Grounds).Replace("#", clip.Background.Name, StringComparison.Ordinal);
        return random.Below(4) switch
        {
            0 => $"{where}, {shape} {moves}",
            1 => $"{shape} {moves}. {where}",
            _ => $"{shape} {moves} {where}",
        };
    }

    /// <summary>One of many freer wordings: the parts in other orders, with other words around them; the same for the same number.</summary>
    public static string Rearranged(Clip clip, ulong seed)
    {
        SplitMix random = new(seed ^ 0xFACADE);
        string colour = clip.Colour.Name, shape = Name(clip.Shape), ground = $"{clip.Background.Name} background";
        bool still = clip.Motion == Motion.Still;
        string moving = still ? random.Pick<string>(["at rest", "fixed in place", "standing still"]) : $"{random.Pick<string>(["moving", "flying", "shifting", "rolling", "going"])} {Way(clip.Motion)}";
        string moves = still ? random.Pick<string>(["stays", "stands still", "does not move"]) : $"{random.Pick<string>(["moves", "flies", "goes", "shifts"])} {Way(clip.Motion)}";
        string opening = random.Pick<string>(["", "", "a video of ", "animation: ", "show "]);
        return opening + random.Below(7) switch
        {
            0 => $"a {ground} with a {colour} {shape} {moving}",
            1 => $"{colour} {shape}, {ground}, {moving}",
            2 => $"the {shape} is {colour} and {moves} on a {ground}",
            3 => $"a {shape}, {colour}, {moving} on a {ground}",
            4 => $"a {colour} {shape} {moves} and the background is {clip.Background.Name}",
            5 => $"{ground}: the {colour} {shape} {moves}",
            _ => $"a {shape} of {colour} colour on a {ground} {moves}",
        };
    }

    /// <summary>
    /// One of the wordings that training never sees: verbs, prepositions and orders of its parts of their own, the same for
    /// the same number.
    /// </summary>
    public static string Unseen(Clip clip, ulong seed)
    {
        SplitMix random = new(seed ^ 0x0DDBA11);
        string shape = $"{clip.Colour.Name} {Name(clip.Shape)}", ground = $"{clip.Background.Name} background";
        string moves = clip.Motion == Motion.Still
            ? random.Pick<string>(["staying where it is", "not moving"])
            : $"{random.Pick<string>(["travelling", "drifting", "heading"])} {Way(clip.Motion)}";
        return random.Below(4) switch
        {
            0 => $"on a {ground} there is a {shape} {moves}",
            1 => $"we see a {shape} on a {ground}, {moves}",
            2 => $"a {shape} {moves} across a {ground}",
            _ => $"{moves} on a {ground}: a {shape}",
        };
    }

    private static readonly string[] Articles = ["a", "one", "the", ""];

    private static readonly string[] Grounds = ["on a # background", "on #", "over a # background", "in front of a # background", "against # ground"];

    private static string Name(Shape shape) => shape.ToString().ToLowerInvariant();

    private static string Moves(Motion motion) => Verbs(motion)[0];

    private static string Way(Motion motion) => motion switch
    {
        Motion.Left => "left",
        Motion.Right => "right",
        Motion.Up => "up",
        Motion.Down => "down",
        Motion.UpLeft => "up and left",
        Motion.UpRight => "up and right",
        Motion.DownLeft => "down and left",
        _ => "down and right",
    };

    private static string[] Verbs(Motion motion)
    {
        if (motion == Motion.Still)
            return ["standing still", "that does not move", "resting", "holding still"];
        string way = Way(motion);
        return [$"moving {way}", $"going {way}", $"sliding {way}", $"that moves {way}", $"gliding {way}"];
    }
}
