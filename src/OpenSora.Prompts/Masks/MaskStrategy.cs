using System.Globalization;
using OpenSora.Contracts;

namespace OpenSora.Prompts.Masks;

/// <summary>What a mask strategy comes to for one clip (<c>apply_mask_strategy</c> of Open-Sora 1.2).</summary>
public static class MaskStrategy
{
    /// <summary>The frames to be placed, in order: later ones win.</summary>
    /// <param name="loop">Groups of other loops are passed over.</param>
    /// <param name="align">Latent frames that starts snap to; 0 for none.</param>
    /// <param name="frames">Latent frames T of the clip.</param>
    /// <param name="references">Latent frames of each reference of the prompt.</param>
    /// <exception cref="InputException">A reference or a frame that is not there.</exception>
    public static IReadOnlyList<PlacedFrames> Places(string? strategy, int loop, int align, int frames, IReadOnlyList<int> references) =>
        [.. MaskGroup.Parse(strategy).Where(group => group.Loop == loop).Select(group => Place(group, strategy!, align, frames, references))];

    private static PlacedFrames Place(MaskGroup group, string strategy, int align, int frames, IReadOnlyList<int> references)
    {
        int which = group.Reference < 0 ? group.Reference + references.Count : group.Reference;
        if (which < 0 || which >= references.Count)
            throw new InputException($"--mask-strategy '{strategy}' names reference {group.Reference}, and the prompt has {references.Count}: count from 0, or from the end with -1, or give more with --reference-path a;b");
        int length = references[which];
        int from = Start(group.ReferenceStart, length, align), to = Start(group.TargetStart, frames, align);
        int count = Math.Min(group.Length, Math.Min(frames - to, length - from));
        if (from < 0 || to < 0 || count < 1)
            throw new InputException($"--mask-strategy '{strategy}': {group.Length} frames from {from} of {length} to {to} of {frames} are none; give starts within the reference and the clip, in latent frames");
        return new PlacedFrames(which, from, to, count, (float)group.EditRatio);
    }

    /// <summary>The strategy of a prompt whose next loop starts from the last frames of the clip before.</summary>
    /// <param name="loop">The next loop.</param>
    /// <param name="reference">Which reference that clip is.</param>
    /// <param name="frames">Latent frames to take over.</param>
    /// <param name="editRatio">How far they are changed.</param>
    public static string Continue(string? strategy, int loop, int reference, int frames, double editRatio)
    {
        string ratio = editRatio.ToString("0.0###############", CultureInfo.InvariantCulture);
        string group = string.Create(CultureInfo.InvariantCulture, $"{loop},{reference},-{frames},0,{frames},{ratio}");
        return string.IsNullOrEmpty(strategy) ? group : $"{strategy};{group}";
    }

    /// <summary>
    /// The multiple of <paramref name="step"/> nearest to <paramref name="value"/>; never the last full step's end, so that
    /// e.g. frame 14 of 15 snaps to 10 (<c>find_nearest_point</c>).
    /// </summary>
    public static int Nearest(int value, int step, int end)
    {
        int steps = FloorDivide(value, step);
        if (value - steps * step > step / 2.0 && steps < FloorDivide(end, step) - 1)
            steps++;
        return steps * step;
    }

    private static int Start(int start, int length, int align)
    {
        int counted = start < 0 ? length + start : start;
        return align > 0 ? Nearest(counted, align, length) : counted;
    }

    private static int FloorDivide(int a, int b) => (int)Math.Floor((double)a / b);
}
