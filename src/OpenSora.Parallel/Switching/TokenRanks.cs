using System.Diagnostics;
using OpenSora.Inference.Sharding;
using OpenSora.Layout.Gangs;
using OpenSora.Layout.Units;
using OpenSora.Parallel.Gangs;
using OpenSora.Links;
using static TorchSharp.torch;

namespace OpenSora.Parallel.Switching;

/// <summary>
/// One forward of one half of guidance on one rank, sharing the tokens with the ranks of the same half. Blocks are counted
/// by the switches that they begin, which are the same on all ranks.
/// </summary>
/// <param name="half">A half that this rank computes.</param>
/// <param name="turn">Given away while a switch waits.</param>
/// <param name="seen">Sees what is computed; null for nobody.</param>
internal sealed class TokenRanks(
    GangPlan plan, Mesh mesh, GuidanceHalf half, int step, int sample, RankCounters counters, ComputeTurn turn, UnitSeen? seen = null) : ISequenceParallel
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

    public IReadOnlyList<float> Share(UnitPlan units, TokenLayout layout, int perUnit, IReadOnlyList<float> own)
    {
        int block = _block++;
        FrameAddress Address(Seat of) => new(FrameKind.Sums, step, sample, half, block, of.Held(layout).First);
        Seat[] others = [.. plan.Seats.Where(seat => seat != _seat)];
        if (own.Count > 0)
        {
            using Tensor mine = tensor([.. own]);
            seen?.Invoke(Address(_seat), mine);
            foreach (Seat other in others)
                counters.Sent(FrameKind.Sums, mesh.Send(other.RankOf(half), Address(_seat), mine));
        }
        List<float> all = [];
        foreach (Seat seat in plan.Seats) // runs are in the order of the seats
        {
            long count = perUnit * units.Units(layout, seat.Held(layout)).LongCount();
            if (seat == _seat)
                all.AddRange(own);
            else if (count > 0)
                all.AddRange(Wait(seat, Address(seat), count));
        }
        return all;
    }

    /// <summary>Waits for numbers of another rank, and lets the other half of guidance compute meanwhile.</summary>
    private float[] Wait(Seat seat, FrameAddress due, long count)
    {
        long since = Stopwatch.GetTimestamp();
        turn.Release();
        try
        {
            using Tensor received = mesh.Receive(seat.RankOf(half), due, ScalarType.Float32, [count])!;
            counters.Received(FrameKind.Sums, received.numel() * received.element_size());
            return [.. received.data<float>()];
        }
        finally
        {
            counters.Waited(since);
            turn.Take();
        }
    }

    internal GangPlan Plan => plan;
    internal Mesh Mesh => mesh;
    internal GuidanceHalf Half => half;
    internal int Step => step;
    internal int Sample => sample;
    internal RankCounters Counters => counters;
    internal ComputeTurn Turn => turn;
    internal UnitSeen? Seen => seen;
    internal Seat Seat => _seat;
}
