using OpenSora.Inference.Sharding;
using OpenSora.Parallel.Gangs;
using static TorchSharp.torch;

namespace OpenSora.Parallel.Switching;

/// <summary>
/// One forward of one half of guidance on one rank, sharing the tokens with the ranks of the same half. Blocks are counted
/// by the switches that they begin, which are the same on all ranks.
/// </summary>
/// <param name="half">A half that this rank computes.</param>
/// <param name="turn">Given away while a switch waits.</param>
internal sealed class TokenRanks(
    GangPlan plan, Mesh mesh, GuidanceHalf half, int step, int sample, RankCounters counters, ComputeTurn turn) : ISequenceParallel
{
    private readonly Seat _seat = plan.SeatOf(mesh.Rank);
    private int _block;

    public Run Held(UnitPlan units, TokenLayout layout) => units == plan.Units
        ? _seat.Held(layout)
        : throw new ArgumentException($"the gang shares {plan.Units.Frames} x {plan.Units.Positions} tokens, not {units.Frames} x {units.Positions}", nameof(units));

    public ITokenSwitch Begin(UnitPlan units, TokenLayout from, long channels, ScalarType type, Device device)
    {
        Run source = Held(units, from), target = Held(units, from.Other());
        return new RankSwitch(this, from, source, new Tokens(
            empty(target.Count, units.Whole(from).Count, channels, dtype: type, device: device), from.Other(), target.First), _block++);
    }

    internal GangPlan Plan => plan;
    internal Mesh Mesh => mesh;
    internal GuidanceHalf Half => half;
    internal int Step => step;
    internal int Sample => sample;
    internal RankCounters Counters => counters;
    internal ComputeTurn Turn => turn;
    internal Seat Seat => _seat;
}
