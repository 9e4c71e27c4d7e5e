using OpenSora.Inference.Sharding;
using OpenSora.Layout.Gangs;
using OpenSora.Parallel.Gangs;
using OpenSora.Links;
using OpenSora.Parallel.Switching;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Parallel.Denoising;

/// <summary>Brings the ranks' latent frames together at rank 0: 4 channels of each cell, the narrowest tensor there is.</summary>
public static class LatentGather
{
    /// <summary>To be called by all ranks of an epoch, at the same points of their work.</summary>
    /// <param name="step">Steps done, to name what is sent.</param>
    /// <param name="own">The rank's frames of each sample.</param>
    /// <returns>On rank 0 the whole clip of each sample, [T, S, 16] on the CPU, in the caller's dispose scope; elsewhere null.</returns>
    /// <exception cref="PeerException">Another rank cannot go on.</exception>
    public static IReadOnlyList<Tensor>? AtFirstRank(GangPlan plan, Mesh mesh, int step, IReadOnlyList<Tokens> own, RankCounters counters)
    {
        FrameAddress Address(int sample, Seat seat) => new(FrameKind.Latent, step, sample, GuidanceHalf.Conditional, 0, seat.Frames.First);
        if (mesh.Rank == 0)
            return [.. own.Select((tokens, sample) => Join(tokens, sample))];
        if (plan.HandsIn(mesh.Rank))
            for (int sample = 0; sample < own.Count; sample++)
                counters.Sent(FrameKind.Latent, mesh.Send(0, Address(sample, plan.SeatOf(mesh.Rank)), own[sample].Values));
        return null;

        Tensor Join(Tokens tokens, int sample)
        {
            using DisposeScope scope = NewDisposeScope();
            long[] shape = tokens.Values.shape;
            Tensor whole = empty(plan.Units.Frames, shape[1], shape[2], dtype: tokens.Values.dtype);
            whole.narrow(0, tokens.First, tokens.Run.Count).copy_(tokens.Values);
            foreach (Seat seat in plan.Seats.Where(seat => seat.Index > 0 && seat.Frames.Count > 0))
            {
                using Tensor part = mesh.Receive(seat.Conditional, Address(sample, seat), whole.dtype, [seat.Frames.Count, shape[1], shape[2]])!;
                counters.Received(FrameKind.Latent, part.numel() * part.element_size());
                whole.narrow(0, seat.Frames.First, seat.Frames.Count).copy_(part);
            }
            return whole.MoveToOuterDisposeScope();
        }
    }
}
