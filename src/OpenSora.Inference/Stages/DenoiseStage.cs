using OpenSora.Inference.Sampling;
using OpenSora.Inference.Sharding;
using OpenSora.Inference.Transformer;
using OpenSora.Layout.Units;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Stages;

/// <summary>
/// From noise to latents, as one of the ranks that share a clip does it. All ranks run it, each on a thread of its own, and get bit for
/// bit the frames that one rank alone would get. It can begin at any step, so whoever keeps the latents after a step can go on from there
/// with other ranks.
/// </summary>
public static class DenoiseStage
{
    /// <summary>Denoises the frames of this rank, to the last step of its share.</summary>
    /// <param name="ranks"><see cref="SingleRank"/>, or a rank of a gang.</param>
    /// <param name="stepDone">Called after each step with the rank's latent frames, which are good until it returns.</param>
    /// <param name="cancel">Looked at before each step; the other ranks are told.</param>
    /// <returns>Per sample the rank's frames, [frames, S, 16] in float32 on the model's device; they belong to the caller's dispose scope.</returns>
    public static IReadOnlyList<Tokens> Run(
        STDiT3 model, ClipContext clip, DenoiseShare share, IGuidanceParallel ranks, Action<StepDone>? stepDone, CancellationToken cancel)
    {
        Run frames = ranks.Frames(clip.Plan);
        Tensor Own(Tensor whole) => whole.narrow(0, frames.First, frames.Count).to(model.Device);

        int threads = get_num_threads();
        set_num_threads(UnitThreads.For(clip.Plan, model.Config, threads));
        try
        {
            using DisposeScope scope = NewDisposeScope();
            GuidedVelocity velocity = new(model, clip, share.Prompt, share.Guidance, ranks, share.Caches);
            IReadOnlyList<Tokens> latents = new RectifiedFlow(share.Schedule, velocity.At).Sample(
                [.. share.Latents.Select(whole => new Tokens(Own(whole), TokenLayout.Frames, frames.First))],
                share.EditRatios is { } ratios ? [.. ratios.Select(own => new FrameEdits(own))] : null,
                share.Noise is { } noise ? k => [.. noise(k).Select(Own)] : null,
                stepDone, cancel, share.FirstStep, share.LastStep);
            scope.MoveToOuter(latents.Select(sample => sample.Values));
            return latents;
        }
        catch (Exception why)
        {
            ranks.Fail(why);
            throw;
        }
        finally
        {
            set_num_threads(threads);
        }
    }
}
