using OpenSora.Contracts.Generation;
using static TorchSharp.torch;

namespace OpenSora.Inference.Transformer.Caching;

/// <summary>
/// Outputs of attention by block and part, for the frames that a rank holds: [frames, S, C], before the gate. Frames also of
/// temporal attention: blocks that take it stay in frame layout, and nothing is switched for them.
/// </summary>
internal sealed class BroadcastCache(StepCache rule, int steps) : ForwardCache(rule, steps)
{
    private readonly Dictionary<(int Block, CachedPart Part), Tensor> _kept = [];

    /// <summary>Whether this step keeps or takes anything.</summary>
    public bool IsActive => InWindow;

    /// <summary>What an earlier step kept; null when the part is to be evaluated. Counts either.</summary>
    public Tensor? Take(int block, CachedPart part)
    {
        Tensor? kept = Takes(part) ? _kept.GetValueOrDefault((block, part)) : null;
        if (kept is null)
            Evaluated++;
        else
            Taken++;
        return kept;
    }

    /// <summary>Counts parts that are always evaluated.</summary>
    public void CountEvaluated(int parts) => Evaluated += parts;

    /// <summary>Where a part that was evaluated is to be written for later steps; null when none takes it.</summary>
    public Tensor? Place(int block, CachedPart part, ReadOnlySpan<long> shape, ScalarType type, Device device)
    {
        Drop(block, part);
        return Takes(part, ahead: 1) ? _kept[(block, part)] = empty(shape, dtype: type, device: device).DetachFromDisposeScope() : null;
    }

    public override void Dispose() => Clear();

    private protected override void Clear()
    {
        foreach (Tensor kept in _kept.Values)
            kept.Dispose();
        _kept.Clear();
    }

    private void Drop(int block, CachedPart part)
    {
        if (_kept.Remove((block, part), out Tensor? old))
            old.Dispose();
    }
}
