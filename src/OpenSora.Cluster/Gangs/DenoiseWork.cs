using OpenSora.Cluster.Cards;
using OpenSora.Cluster.Leases;
using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Generation;
using OpenSora.Layout.Clips;

namespace OpenSora.Cluster.Gangs;

/// <summary>The denoise of one loop of a batch: all but where it stands and who does it.</summary>
/// <param name="Random">The state of the random numbers, as the start gave it.</param>
/// <param name="Features">Of each sample the prompt's features.</param>
/// <param name="LinkSilence">As <see cref="ClusterOptions"/> has it.</param>
internal sealed record DenoiseWork(
    string Job, GenerationRequest Request, int Loop, ClipPlan Clip, ReadOnlyMemory<byte> Random,
    IReadOnlyList<IReadOnlyList<float>> EditRatios, IReadOnlyList<EncodedPrompt> Prompts, IReadOnlyList<ReadOnlyMemory<byte>> Features, TimeSpan LinkSilence)
{
    private readonly StepCache? _cache = StepCache.Parse(Request.Cache);

    /// <summary>Which steps are checked. Default: none.</summary>
    public StepChecks Checks { get; init; } = StepChecks.None;

    public int Steps => Request.NumSamplingSteps;

    /// <summary>
    /// Whether a gang that knows nothing of earlier steps can go on after so many and end with the same bytes: always, but for a cache.
    /// </summary>
    public bool CanGoOnAfter(int steps) => _cache is null || steps == Steps || _cache.IsFresh(steps, Steps);

    /// <summary>The last step before another one after which one can go on.</summary>
    public int Before(int step)
    {
        int before = step - 1;
        while (before > 0 && !CanGoOnAfter(before))
            before--;
        return before;
    }

    /// <summary>The steps of an epoch that goes on after so many: up to the end, or to the next ones that are checked.</summary>
    /// <param name="until">Steps that are to be done in the end.</param>
    public EpochPart PartAfter(int done, int until)
    {
        for (int step = done + 1, before = done; step <= until; step++)
        {
            if (!CanGoOnAfter(step))
                continue;
            if (Enumerable.Range(before + 1, step - before).Any(Checks.IsDrawn))
                return new EpochPart(step, before);
            before = step;
        }
        return new EpochPart(until, null);
    }

    /// <summary>What one rank is told.</summary>
    /// <param name="part">The steps of it.</param>
    public TaskOrder Order(long epoch, IReadOnlyList<Member> ranks, int rank, Checkpoint from, EpochPart part) => new(
        new DenoiseTask
        {
            Job = Job,
            Request = Request,
            Epoch = epoch,
            Rank = rank,
            Links = [.. ranks.Select(member => member.Card.Description.Links)],
            Loop = Loop,
            FirstStep = from.Step,
            LastStep = part.Until == Steps ? null : part.Until,
            SumsAfter = part.CheckedAfter,
            EditRatios = EditRatios,
            Prompts = Prompts,
            LinkSilence = LinkSilence,
        },
        [Random, .. from.Samples, .. Features]);
}

/// <summary>Which steps an epoch is for.</summary>
/// <param name="Until">Steps that are done when it ends.</param>
/// <param name="CheckedAfter">Steps that are done before those at its end that are checked; null where none are.</param>
internal readonly record struct EpochPart(int Until, int? CheckedAfter);

/// <summary>How an epoch ended.</summary>
/// <param name="Last">The last whole checkpoint from which one can go on.</param>
/// <param name="Done">Steps that were done: more than those of <paramref name="Last"/> where a cache keeps one from going on after each.</param>
/// <param name="Random">The state of the random numbers after the denoise; null when not all steps are done.</param>
/// <param name="Faults">What was wrong with whom; none when it was closed on purpose.</param>
/// <param name="HadBegun">All ranks were at work on a step that was not completed.</param>
/// <param name="Before">The last checkpoint before those steps that are checked.</param>
/// <param name="Proof">Who computed what of the steps that are checked.</param>
internal sealed record EpochEnd(
    Checkpoint Last, int Done, ReadOnlyMemory<byte>? Random, IReadOnlyList<(Member Member, CardFault Fault)> Faults, bool HadBegun, Checkpoint Before, StepProof Proof);

/// <summary>Numbers of epochs: each higher than all before, also of a coordinator that has ended since. Thread-safe.</summary>
public sealed class EpochNumbers(TimeProvider? clock = null)
{
    private long _last;

    public long Next()
    {
        long now = (clock ?? TimeProvider.System).GetUtcNow().ToUnixTimeMilliseconds();
        while (true)
        {
            long last = Interlocked.Read(ref _last), next = Math.Max(now, last + 1);
            if (Interlocked.CompareExchange(ref _last, next, last) == last)
                return next;
        }
    }
}
