using System.Diagnostics;
using OpenSora.Inference.Sharding;
using OpenSora.Layout.Gangs;
using OpenSora.Layout.Units;
using OpenSora.Parallel.Gangs;
using OpenSora.Links;
using OpenSora.Parallel.Switching;
using static TorchSharp.torch;

namespace OpenSora.Parallel.Denoising;

/// <summary>
/// A rank of a gang, in one epoch of it: it computes its halves of guidance on its frames, and the two ranks of a seat exchange
/// their velocities, so both go on with the same latent frames, bit for bit those of one rank alone.
/// </summary>
/// <param name="seen">Sees what this rank computes; null for nobody.</param>
public sealed class GuidanceRanks(GangPlan plan, Mesh mesh, RankCounters counters, UnitSeen? seen = null) : IGuidanceParallel
{
    private readonly Seat _seat = plan.SeatOf(mesh.Rank);

    public Run Frames(UnitPlan units) => units == plan.Units
        ? _seat.Frames
        : throw new ArgumentException($"the gang shares {plan.Units.Frames} x {plan.Units.Positions} tokens, not {units.Frames} x {units.Positions}", nameof(units));

    /// <inheritdoc/>
    /// <exception cref="PeerException">Another rank cannot go on.</exception>
    public (Tensor Conditional, Tensor Unconditional) Halves(int step, int sample, Func<GuidanceHalf, ISequenceParallel, Tensor> forward)
    {
        using Activity? span = Tracing.Source.StartActivity("forward")?.SetTag("opensora.step", step).SetTag("opensora.sample", sample).SetTag("opensora.rank", mesh.Rank);
        return _seat.HasOneRank ? Both(Forward) : Exchange(step, sample, Forward);

        Tensor Forward(GuidanceHalf half, ComputeTurn turn) => forward(half, new TokenRanks(plan, mesh, half, step, sample, counters, turn, seen));
    }

    /// <summary>Ends the epoch, unless another rank has.</summary>
    public void Fail(Exception why)
    {
        if (why is not PeerException)
            mesh.Fail(why is OperationCanceledException ? "it was told to stop" : why.Message);
    }

    /// <summary>Both halves here: in turns where there are ranks to wait for, else one after the other.</summary>
    private (Tensor, Tensor) Both(Func<GuidanceHalf, ComputeTurn, Tensor> forward)
    {
        if (plan.Seats.Count > 1)
            return TwoStreams.Run(
                turn => forward(GuidanceHalf.Conditional, turn), turn => forward(GuidanceHalf.Unconditional, turn), e => mesh.Fail(e.Message));
        using ComputeTurn alone = new();
        alone.Take();
        return (forward(GuidanceHalf.Conditional, alone), forward(GuidanceHalf.Unconditional, alone));
    }

    /// <summary>One half here, the other from the other rank of the seat.</summary>
    private (Tensor, Tensor) Exchange(int step, int sample, Func<GuidanceHalf, ComputeTurn, Tensor> forward)
    {
        bool conditional = _seat.Conditional == mesh.Rank;
        GuidanceHalf half = conditional ? GuidanceHalf.Conditional : GuidanceHalf.Unconditional;
        GuidanceHalf otherHalf = conditional ? GuidanceHalf.Unconditional : GuidanceHalf.Conditional;
        using ComputeTurn alone = new();
        alone.Take();
        Tensor own = forward(half, alone);
        if (_seat.Frames.Count == 0)
            return (own, own); // nothing to update: the rank had positions only

        FrameAddress Velocity(GuidanceHalf of) => new(FrameKind.Velocity, step, sample, of, 0, _seat.Frames.First);
        int partner = _seat.RankOf(otherHalf);
        seen?.Invoke(Velocity(half), own);
        counters.Sent(FrameKind.Velocity, mesh.Send(partner, Velocity(half), own));
        long since = Stopwatch.GetTimestamp();
        using Tensor received = mesh.Receive(partner, Velocity(otherHalf), own.dtype, own.shape)!;
        counters.Waited(since);
        counters.Received(FrameKind.Velocity, received.numel() * received.element_size());
        Tensor other = received.to(own.device, copy: true);
        return conditional ? (own, other) : (other, own);
    }
}
