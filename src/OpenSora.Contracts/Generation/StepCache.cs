using System.Globalization;

namespace OpenSora.Contracts.Generation;

/// <summary>How steps of sampling may go on with what earlier steps computed.</summary>
public enum StepCacheKind
{
    /// <summary>
    /// Pyramid attention broadcast (https://arxiv.org/abs/2408.12588): in the middle of sampling, where attention changes
    /// little, its outputs serve for several steps: those of spatial attention for 2, of temporal 4, of cross-attention 6.
    /// </summary>
    Broadcast,

    /// <summary>
    /// First-block cache: where the first block changes the tokens nearly as it did before, what all other blocks add is
    /// taken from before, too (residual caching, as in https://arxiv.org/abs/2411.19108 for the whole network).
    /// </summary>
    FirstBlock,
}

/// <summary>The outputs that pyramid attention broadcast takes from earlier steps.</summary>
public enum CachedPart { SpatialAttention, TemporalAttention, CrossAttention }

/// <summary>
/// What <c>--cache</c> asks for: approximations that save work and bytes, and change the video. Steps are counted from 0. At
/// some steps nothing is taken from earlier ones, whatever happened before: from these a run can be gone on with, and ends with the
/// same bytes.
/// </summary>
/// <param name="Threshold">
/// Of <see cref="StepCacheKind.FirstBlock"/>: mean change of what the first block adds, relative to its mean size, up to which it
/// counts as the same. Range: above 0, at most 1.
/// </param>
public sealed record StepCache(StepCacheKind Kind, double Threshold = StepCache.DefaultThreshold)
{
    public const double DefaultThreshold = 0.1;

    /// <summary>What is kept of the first block is dropped each so many steps.</summary>
    private const int FirstBlockPeriod = 8;

    /// <summary>The least common multiple of <see cref="Range"/>: after so many steps all parts are due at once.</summary>
    private const int BroadcastPeriod = 12;

    /// <param name="word">pab, fb, fb:THRESHOLD or none; null is none.</param>
    /// <returns>Null for none.</returns>
    /// <exception cref="InputException">Another word.</exception>
    public static StepCache? Parse(string? word) => word?.Split(':') switch
    {
        null or ["none"] => null,
        ["pab"] => new StepCache(StepCacheKind.Broadcast),
        ["fb"] => new StepCache(StepCacheKind.FirstBlock),
        ["fb", var number] when double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out double threshold) && threshold is > 0 and <= 1
            => new StepCache(StepCacheKind.FirstBlock, threshold),
        _ => throw new InputException($"--cache '{word}' is not known: give none, pab, fb or fb:THRESHOLD with a threshold above 0 and at most 1, e.g. fb:{DefaultThreshold.ToString(CultureInfo.InvariantCulture)}"),
    };

    /// <summary>
    /// The last step up to <paramref name="step"/> at which nothing is taken from earlier ones. What was kept before it is dropped.
    /// </summary>
    /// <param name="steps">All steps of sampling.</param>
    public int FreshUpTo(int step, int steps) => Kind switch
    {
        StepCacheKind.FirstBlock => step / FirstBlockPeriod * FirstBlockPeriod,
        _ when InWindow(step, steps) => step - (step - First(steps)) % BroadcastPeriod,
        _ => step,
    };

    /// <summary>Whether a run that begins at this step ends with the same bytes as one that came to it.</summary>
    public bool IsFresh(int step, int steps) => FreshUpTo(step, steps) == step;

    /// <summary>
    /// Whether a step is one of those in which <see cref="StepCacheKind.Broadcast"/> keeps and takes parts. The published window is of
    /// timesteps, 450 to 930 of 1000, which are steps 8 to 25 of the 30 of 480p, 2 s; other sizes and lengths move timesteps so
    /// that little of it is left. So the same share of the steps is taken for all of them.
    /// </summary>
    public bool InWindow(int step, int steps) => Kind == StepCacheKind.Broadcast && step >= First(steps) && step < (26 * steps + 15) / 30;

    /// <summary>Whether <see cref="StepCacheKind.Broadcast"/> takes a part from an earlier step.</summary>
    public bool Takes(CachedPart part, int step, int steps) => InWindow(step, steps) && (step - First(steps)) % Range(part) != 0;

    private static int First(int steps) => (8 * steps + 15) / 30;

    private static int Range(CachedPart part) => part switch
    {
        CachedPart.SpatialAttention => 2,
        CachedPart.TemporalAttention => 4,
        _ => 6,
    };
}
