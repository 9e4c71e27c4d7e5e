using System.Collections.Concurrent;
using OpenSora.Layout.Units;
using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Transformer;

/// <summary>
/// Which units a device computes in one call. Small units share a clip evenly and large calls fill a device, so equal units are computed
/// together where that gives the bytes of single calls. A kernel is chosen by shape, so units are compared once for each shape, when it
/// is met first. Bytes never depend on the answer, and cards with other answers may share a clip.
/// </summary>
/// <param name="rowsAtOnce">The most rows of a call; 0 for one unit a call.</param>
internal sealed class UnitCalls(UnitPlan plan, long rowsAtOnce)
{
    private readonly ConcurrentDictionary<(TokenLayout Layout, long Count, (long, bool, bool) Shape), bool> _same = [];

    /// <summary>The units of a run in calls.</summary>
    /// <param name="held">Whole units.</param>
    /// <param name="shape">What else decides which kernels run: tokens of the prompt, and whether patches come in and velocities go out.</param>
    /// <param name="compute">A call, without a trace.</param>
    public IEnumerable<Run> Of(TokenLayout layout, Run held, (long, bool, bool) shape, Func<Run, Tensor> compute)
    {
        long rows = plan.PerUnit(layout) * plan.Whole(layout.Other()).Count;
        foreach (Run group in plan.Groups(layout, held, Math.Max(1, rowsAtOnce / rows)))
        {
            Run[] units = [.. plan.Units(layout, group)];
            if (units.Length == 1 || IsSame((layout, units.Length, shape), group, units, compute))
                yield return group;
            else
                foreach (Run unit in units)
                    yield return unit;
        }
    }

    private bool IsSame((TokenLayout, long, (long, bool, bool)) key, Run group, Run[] units, Func<Run, Tensor> compute)
    {
        if (_same.TryGetValue(key, out bool same))
            return same;
        using DisposeScope scope = NewDisposeScope();
        Tensor together = compute(group);
        same = true;
        foreach (Run unit in units)
        {
            using DisposeScope unitScope = NewDisposeScope();
            same = same && together.narrow(0, unit.First - group.First, unit.Count).ne(compute(unit)).any().Value() == 0;
        }
        return _same[key] = same;
    }
}
