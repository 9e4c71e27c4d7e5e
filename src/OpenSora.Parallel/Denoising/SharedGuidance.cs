using System.Diagnostics;
using OpenSora.Inference.Sampling;
using OpenSora.Inference.Sharding;
using OpenSora.Inference.Transformer;
using OpenSora.Inference.Transformer.Caching;
using OpenSora.Layout.Gangs;
using OpenSora.Parallel.Gangs;
using OpenSora.Links;
using OpenSora.Parallel.Switching;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Parallel.Denoising;

/// <summary>The prompt of a sample for a half of guidance. A rank asks only for the halves that it computes.</summary>
public delegate PromptContext PromptOf(int sample, GuidanceHalf half);

/// <summary>
/// What <see cref="GuidedVelocity"/> is on one rank, over the ranks of a gang: each computes its halves on its frames, and
/// the two ranks of a seat exchange their velocities, so both can go on with the same latent frames.
/// </summary>
public sealed class SharedGuidance(
    STDiT3 model, ClipContext clip, PromptOf prompt, Guidance guidance, GangPlan plan, Mesh mesh, RankCounters counters,
    StepCaches? caches = null)
{
    private readonly Seat _seat = plan.SeatOf(mesh.Rank);

    /// <summary>The guided velocity of the frames that this rank holds, as <see cref="GuidedVelocity.At"/> gives it.</summary>
    /// <param name="step">From 0; the same on all ranks.</param>
    /// <param name="z">The frames of the rank's seat.</param>
    /// <exception cref="PeerException">Another rank cannot go on.</exception>
    public Tensor At(int step, int sample, Tokens z, float timestep, bool[]? denoised)
    {
        using Activity? span = Tracing.Source.StartActivity("forward")?.SetTag("opensora.step", step).SetTag("opensora.sample", sample).SetTag("opensora.rank", mesh.Rank);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = no_grad();
        Tensor Forward(GuidanceHalf half, ComputeTurn turn)
        {
            ForwardCache? cache = caches?.Begin(step, sample, half);
            (long evaluated, long taken) = (cache?.Evaluated ?? 0, cache?.Taken ?? 0);
            Tensor velocity = model.forward(
                z, timestep, denoised, clip, prompt(sample, half), new TokenRanks(plan, mesh, half, step, sample, counters, turn), cache: cache).Values;
            if (cache is not null)
                counters.Cached(cache.Evaluated - evaluated, cache.Taken - taken);
            return velocity;
        }

        (Tensor conditional, Tensor unconditional) = _seat.HasOneRank ? Both(Forward) : Exchange(step, sample, Forward);
        Tensor velocity = guidance.Combine(conditional, unconditional);
        Patches.ClearPadding(velocity, clip.Shape.LatentHeight, clip.Shape.LatentWidth);
        return velocity.MoveToOuterDisposeScope();
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
        counters.Sent(FrameKind.Velocity, mesh.Send(partner, Velocity(half), own));
        long since = Stopwatch.GetTimestamp();
        using Tensor received = mesh.Receive(partner, Velocity(otherHalf), own.dtype, own.shape)!;
        counters.Waited(since);
        counters.Received(FrameKind.Velocity, received.numel() * received.element_size());
        Tensor other = received.to(own.device, copy: true);
        return conditional ? (own, other) : (other, own);
    }
}
