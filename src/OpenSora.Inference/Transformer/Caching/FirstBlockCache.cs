using OpenSora.Contracts.Generation;
using OpenSora.Inference.Sharding;
using OpenSora.Layout.Units;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Transformer.Caching;

/// <summary>
/// What the first block added in the last full forward, [frames, S, C], and what all others did, [positions, T, C], for what a
/// rank holds. Changes are summed unit by unit and added up in the order of the units: all ranks, however many, decide alike.
/// </summary>
internal sealed class FirstBlockCache(StepCache rule, int steps) : ForwardCache(rule, steps)
{
    private readonly List<float> _sums = [];
    private Tensor? _first, _others, _firstNow;
    private bool _complete;

    /// <summary>Takes what the first block makes of a unit, in the order of the units.</summary>
    /// <param name="held">The frames that the rank holds.</param>
    public void SeeFirst(Tokens unit, Tensor output, Run held)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor added = output - unit.Values;
        _firstNow ??= empty([held.Count, .. added.shape[1..]], dtype: added.dtype, device: added.device).DetachFromDisposeScope();
        _firstNow.narrow(0, unit.First - held.First, unit.Run.Count).copy_(added);
        if (_first is null)
            return;
        Tensor before = _first.narrow(0, unit.First - held.First, unit.Run.Count).to(ScalarType.Float32);
        _sums.Add(SumOf(added.to(ScalarType.Float32) - before));
        _sums.Add(SumOf(before));
    }

    /// <summary>
    /// Decides whether the other blocks are left out. Where not, the first block's part of this step is what later ones are compared
    /// with.
    /// </summary>
    /// <param name="blocks">The other blocks, for the count.</param>
    public bool LeavesOutOthers(UnitPlan plan, ISequenceParallel parallel, int blocks)
    {
        // Who began at the same step has the same state, so either all ranks of a half share sums or none.
        bool same = _complete && IsSame(parallel.Share(plan, TokenLayout.Frames, 2, _sums));
        _sums.Clear();
        Evaluated += PartsOfBlock;
        if (same)
        {
            _firstNow?.Dispose();
            Taken += PartsOfBlock * blocks;
        }
        else
        {
            Clear(ref _first);
            Clear(ref _others);
            _complete = false;
            _first = _firstNow;
            Evaluated += PartsOfBlock * blocks;
        }
        _firstNow = null;
        return same;
    }

    /// <summary>What the other blocks added to positions that the rank holds.</summary>
    /// <param name="held">All positions that it holds.</param>
    public Tensor Others(Run run, Run held) => _others!.narrow(0, run.First - held.First, run.Count);

    /// <summary>Keeps what the other blocks add to a unit of positions.</summary>
    /// <param name="before">The unit after the first block.</param>
    /// <param name="after">The same after the last one.</param>
    /// <param name="held">All positions that the rank holds.</param>
    public void KeepOthers(Tokens before, Tensor after, Run held)
    {
        using DisposeScope scope = NewDisposeScope();
        _others ??= empty([held.Count, .. after.shape[1..]], dtype: after.dtype, device: after.device).DetachFromDisposeScope();
        Others(before.Run, held).copy_(after - before.Values);
    }

    /// <summary>To be called after the last block of a full forward.</summary>
    public void Complete() => _complete = true;

    public override void Dispose() => Clear();

    private protected override void Clear()
    {
        _complete = false;
        _sums.Clear();
        Clear(ref _first);
        Clear(ref _others);
        Clear(ref _firstNow);
    }

    private bool IsSame(IReadOnlyList<float> sums)
    {
        double changed = 0, size = 0;
        for (int i = 0; i < sums.Count; i += 2)
            (changed, size) = (changed + sums[i], size + sums[i + 1]);
        return changed < Rule.Threshold * size;
    }

    /// <summary>Of absolute values [n, m, C]. Torch sums channels, one thread a token: how many threads there are changes no bit.</summary>
    private static float SumOf(Tensor x)
    {
        double sum = 0;
        foreach (float token in x.abs().sum(-1).cpu().data<float>())
            sum += token;
        return (float)sum;
    }

    private static void Clear(ref Tensor? tensor)
    {
        tensor?.Dispose();
        tensor = null;
    }
}
