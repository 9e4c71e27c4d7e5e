using OpenSora.Layout.Gangs;
using OpenSora.Layout.Units;
using static TorchSharp.torch;

namespace OpenSora.Inference.Sharding;

/// <summary>
/// How the ranks that share a denoise divide the two halves of classifier-free guidance. The denoise owns this interface and meets
/// other ranks nowhere else. All ranks make the same calls in the same order, each on its own thread.
/// </summary>
public interface IGuidanceParallel
{
    /// <summary>The frames that this rank denoises; empty when it holds positions only.</summary>
    Run Frames(UnitPlan plan);

    /// <summary>Both halves' velocities of a sample on this rank's frames, computed here or received from another rank.</summary>
    /// <param name="step">From 0; the same on all ranks.</param>
    /// <param name="forward">Computes a half over the ranks that share its tokens. Two halves may be computed on two threads, one at a time.</param>
    /// <returns>Two tensors of the shape of the rank's frames, which belong to the caller's dispose scope.</returns>
    (Tensor Conditional, Tensor Unconditional) Halves(int step, int sample, Func<GuidanceHalf, ISequenceParallel, Tensor> forward);

    /// <summary>Tells the other ranks that this one cannot go on.</summary>
    void Fail(Exception why);
}
