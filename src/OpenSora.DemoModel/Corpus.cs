namespace OpenSora.DemoModel;

/// <summary>Sentences to learn a vocabulary from: combinations of plain words, the same on every machine.</summary>
internal static class Corpus
{
    private static readonly string[] Subjects =
    [
        "a red ball", "a blue square", "a green triangle", "a yellow ring", "a white cross", "an orange circle", "a beautiful waterfall",
        "a snowy mountain", "a wooden boat", "two cats and a dog", "a robot chef", "a hummingbird", "neon signs", "the night market",
        "an old lighthouse", "a field of flowers", "a steam train", "a sleeping fox", "tall buildings", "a quiet river",
    ];

    private static readonly string[] Actions =
    [
        "moving right", "moving left", "moving up", "moving down", "standing still", "turning slowly", "growing larger", "in the rain",
        "at sunset", "at dawn", "floating above the earth", "reflected in puddles", "covered by clouds", "playing with yarn",
        "rocking gently on the waves", "walking through the forest", "flying over the sea", "under a starry sky",
    ];

    private static readonly string[] Manners =
    [
        "on a black background", "on a white background", "on a grey background", "slow motion", "time-lapse", "close-up", "wide angle",
        "anime style", "watercolor painting", "cinematic lighting", "shot on 35mm film", "black and white", "hyper realistic",
        "aesthetic score: 6.5.", "motion score: 10.0.", "camera motion: pan left.", "camera motion: zoom in.",
    ];

    public static IEnumerable<string> Sentences() =>
        from subject in Subjects
        from action in Actions
        from manner in Manners
        select $"{subject} {action}, {manner}";
}
