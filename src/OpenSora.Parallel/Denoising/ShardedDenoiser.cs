using OpenSora.Links;
using OpenSora.Inference.Sampling;
using OpenSora.Inference.Sharding;
using OpenSora.Inference.Transformer;
using OpenSora.Layout.Gangs;
using OpenSora.Layout.Units;
using OpenSora.Parallel.Gangs;
using OpenSora.Parallel.Switching;
using static TorchSharp.torch;

namespace OpenSora.Parallel.Denoising;

/// <summary>
/// One rank's share of a denoise, in one epoch of its gang. All ranks run it, each on a thread of its own, with the same
/// share, and get bit for bit the frames that one rank alone would get. It can begin at any step, so whoever keeps the
/// ranks' latents after a step can go on from there with another gang.
/// </summary>
public sealed class ShardedDenoiser(STDiT3 model, ClipContext clip, GangPlan plan, Mesh mesh, RankCounters counters)
{
    /// <summary>Denoises the frames of this rank's seat, to the last step.</summary>
    /// <param name="stepDone">
    /// Called after each step with the rank's latent frames, which are good until it returns. Ranks of which
    /// <see cref="GangPlan.HandsIn"/> is true have together the whole latent.
    /// </param>
    /// <param name="cancel">Looked at before each step; the other ranks are told.</param>
    /// <returns>Per sample the rank's frames; they belong to the caller's dispose scope.</returns>
    /// <exception cref="PeerException">Another rank cannot go on. What <paramref name="stepDone"/> was given stays right.</exception>
    public IReadOnlyList<Tokens> Run(DenoiseShare share, Action<StepDone>? stepDone, CancellationToken cancel)
    {
        Run frames = plan.SeatOf(mesh.Rank).Frames;
        Tensor Own(Tensor whole) => whole.narrow(0, frames.First, frames.Count).to(model.Device);

        using StepCaches? caches = share.Cache is null ? null : new StepCaches(share.Cache, share.Schedule.Timesteps.Count);
        SharedGuidance velocity = new(model, clip, share.Prompt, share.Guidance, plan, mesh, counters, caches);
        int step = share.FirstStep;
        RectifiedFlow flow = new(share.Schedule, (sample, z, timestep, denoised) => velocity.At(step, sample, z, timestep, denoised));
        try
        {
            using TorchSharp.DisposeScope scope = NewDisposeScope();
            IReadOnlyList<Tokens> latents = flow.Sample(
                [.. share.Latents.Select(whole => new Tokens(Own(whole), TokenLayout.Frames, frames.First))],
                share.EditRatios is { } ratios ? [.. ratios.Select(own => new FrameEdits(own))] : null,
                share.Noise is { } noise ? k => [.. noise(k).Select(Own)] : null,
                done =>
                {
                    step = done.Done;
                    stepDone?.Invoke(done);
                },
                cancel,
                share.FirstStep);
            scope.MoveToOuter(latents.Select(sample => sample.Values));
            return latents;
        }
        catch (Exception e) when (e is not PeerException)
        {
            mesh.Fail(e is OperationCanceledException ? "it was told to stop" : e.Message);
            throw;
        }
    }
}
