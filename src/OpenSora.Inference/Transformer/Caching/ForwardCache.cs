using OpenSora.Contracts.Generation;

namespace OpenSora.Inference.Transformer.Caching;

/// <summary>
/// What the forwards of one half of guidance of one sample hand on from step to step, on one rank. It belongs to a job, not
/// to the network. Parts of blocks (self-attention, cross-attention and MLP, three of a block) are counted as they are evaluated
/// or taken from an earlier step. For one thread at a time.
/// </summary>
public abstract class ForwardCache : IDisposable
{
    /// <summary>Self-attention, cross-attention, MLP.</summary>
    internal const int PartsOfBlock = 3;

    private readonly StepCache _rule;
    private readonly int _steps;
    private int _freshAt = -1;

    private protected ForwardCache(StepCache rule, int steps) => (_rule, _steps) = (rule, steps);

    /// <summary>Parts of blocks that were evaluated so far.</summary>
    public long Evaluated { get; private protected set; }

    /// <summary>Parts of blocks that were taken from an earlier step so far.</summary>
    public long Taken { get; private protected set; }

    /// <summary>The step that is computed.</summary>
    protected int Step { get; private set; }

    private protected StepCache Rule => _rule;

    /// <param name="steps">All steps of sampling.</param>
    public static ForwardCache For(StepCache rule, int steps) =>
        rule.Kind == StepCacheKind.Broadcast ? new BroadcastCache(rule, steps) : new FirstBlockCache(rule, steps);

    /// <summary>
    /// To be called before each forward. What was kept before the last fresh step is dropped, though that step may have had nothing
    /// to compute: so the bytes do not depend on where a run began.
    /// </summary>
    public void Begin(int step)
    {
        Step = step;
        int fresh = _rule.FreshUpTo(step, _steps);
        if (fresh != _freshAt)
            Clear();
        _freshAt = fresh;
    }

    public abstract void Dispose();

    /// <summary>Whether the step is in the window of broadcasting.</summary>
    private protected bool InWindow => _rule.InWindow(Step, _steps);

    private protected bool Takes(CachedPart part, int ahead = 0) => _rule.Takes(part, Step + ahead, _steps);

    private protected abstract void Clear();
}
