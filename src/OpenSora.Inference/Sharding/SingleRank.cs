using OpenSora.Layout.Gangs;
using OpenSora.Layout.Units;
using static TorchSharp.torch;

namespace OpenSora.Inference.Sharding;

/// <summary>One rank that holds everything: a switch is a transposing copy, and the halves of guidance are computed one after the other.</summary>
public sealed class SingleRank : ISequenceParallel, IGuidanceParallel
{
    public static readonly SingleRank Instance = new();

    private SingleRank() { }

    public Run Held(UnitPlan plan, TokenLayout layout) => plan.Whole(layout);

    public ITokenSwitch Begin(UnitPlan plan, TokenLayout from, long channels, ScalarType type, Device device) =>
        new Transposition(plan, from, channels, type, device);

    public IReadOnlyList<float> Share(UnitPlan plan, TokenLayout layout, int perUnit, IReadOnlyList<float> own) => own;

    public Run Frames(UnitPlan plan) => plan.Whole(TokenLayout.Frames);

    public (Tensor Conditional, Tensor Unconditional) Halves(int step, int sample, Func<GuidanceHalf, ISequenceParallel, Tensor> forward) =>
        (forward(GuidanceHalf.Conditional, this), forward(GuidanceHalf.Unconditional, this));

    public void Fail(Exception why) { }

    private sealed class Transposition(UnitPlan plan, TokenLayout from, long channels, ScalarType type, Device device) : ITokenSwitch
    {
        private readonly Tensor _target = empty(
            plan.Whole(from.Other()).Count, plan.Whole(from).Count, channels, dtype: type, device: device);
        private long _added;

        public void Add(Tokens unit)
        {
            if (unit.Layout != from || unit.First != _added)
                throw new InvalidOperationException($"unit {unit.Layout} {unit.First} came where {from} {_added} was due");
            long count = unit.Run.Count;
            using Tensor slot = _target.narrow(1, _added, count);
            using Tensor transposed = unit.Values.transpose(0, 1);
            slot.copy_(transposed);
            _added += count;
        }

        public Tokens Finish() => _added == plan.Whole(from).Count
            ? new Tokens(_target, from.Other(), 0)
            : throw new InvalidOperationException($"{_added} of {plan.Whole(from).Count} {from} were handed over");

        // The target belongs to the caller's dispose scope whether or not the switch was finished.
        public void Dispose() { }
    }
}
