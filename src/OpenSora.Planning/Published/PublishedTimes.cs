namespace OpenSora.Planning.Published;

/// <summary>A published wall-clock time of one video, with what is known about it.</summary>
/// <param name="Seconds">As printed; those of the table are whole seconds.</param>
/// <param name="System">What was run.</param>
/// <param name="Resolution">Of <c>--resolution</c>, 9:16; null for the older model's 512 x 512.</param>
/// <param name="Length">Of <c>--num-frames</c>.</param>
public sealed record PublishedTime(string Name, double Seconds, PublishedSystem System, int Cards, string? Resolution, string Length, string Source);

/// <summary>What published times are of.</summary>
public enum PublishedSystem
{
    /// <summary>Open-Sora 1.2 on H100 80 GB cards: one card, or its own sequence parallelism.</summary>
    OpenSora12,

    /// <summary>An older Open-Sora (STDiT-XL/2, 80 frames of 512 x 512) on H800 cards, with DeepSpeed-Ulysses.</summary>
    OlderUlysses,

    /// <summary>The same with dynamic sequence parallelism.</summary>
    OlderDynamic,
}

/// <summary>All published times of Open-Sora on cards whose figures are known.</summary>
public static class PublishedTimes
{
    private const string Readme = "Open-Sora v1.2.0 README: single H100 80 GB, 30 steps";
    private const string Report = "Open-Sora report 03: sequence parallelism of 2 cards";
    private const string VideoSys = "VideoSys docs/dsp.md: 10 s (80 frames) of 512x512";

    /// <summary>The point that gives what of its peak a card reaches.</summary>
    public static PublishedTime CardRate => All.Single(time => time.Name == "480p 8s");

    /// <summary>The point that gives the same for the older model, whose number of steps is not published.</summary>
    public static PublishedTime OlderRate => All.Single(time => time is { System: PublishedSystem.OlderDynamic, Cards: 1 });

    /// <summary>The point that gives what of its nominal rate the link of that node reaches.</summary>
    public static PublishedTime OlderLink => All.Single(time => time is { System: PublishedSystem.OlderUlysses });

    public static IReadOnlyList<PublishedTime> All { get; } =
    [
        .. Row("360p", 3, 18, 31, 62, 121),
        .. Row("480p", 2, 29, 55, 108, 219),
        .. Row("720p", 6, 68, 130, 260, 547),
        new("720p 16s, 2 cards, sequence parallel", 244.38, PublishedSystem.OpenSora12, 2, "720p", "16s", Report),
        new("512x512 80 frames, 1 card", 106, PublishedSystem.OlderDynamic, 1, null, "80", VideoSys),
        new("512x512 80 frames, 8 cards, Ulysses", 45, PublishedSystem.OlderUlysses, 8, null, "80", VideoSys),
        new("512x512 80 frames, 8 cards, DSP", 22, PublishedSystem.OlderDynamic, 8, null, "80", VideoSys),
    ];

    private static IEnumerable<PublishedTime> Row(string resolution, params double[] seconds) =>
        new[] { "1", "2s", "4s", "8s", "16s" }.Zip(seconds, (length, time) => new PublishedTime(
            length == "1" ? $"{resolution} image" : $"{resolution} {length}", time, PublishedSystem.OpenSora12, 1, resolution, length, Readme));
}
