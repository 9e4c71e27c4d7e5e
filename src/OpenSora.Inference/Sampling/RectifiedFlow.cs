using OpenSora.Inference.Sharding;
using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Sampling;

/// <summary>Predicts the guided velocity of a sample.</summary>
/// <param name="step">From 0.</param>
/// <param name="sample">Index in the batch.</param>
/// <param name="z">The sample's tokens in frame layout; not to be changed.</param>
/// <param name="timestep">Of the frames that are denoised.</param>
/// <param name="denoised">For each latent frame of the clip whether it is denoised or a clean condition; null when all are denoised.</param>
/// <returns>A new tensor of the shape of <c>z.Values</c> in float32.</returns>
public delegate Tensor VelocityFunction(int step, int sample, Tokens z, float timestep, bool[]? denoised);

/// <summary>A step of sampling is done.</summary>
/// <param name="Done">Steps done, from 1.</param>
/// <param name="Steps">All steps.</param>
/// <param name="State">The samples after this step; good until the call returns, and not to be changed.</param>
public readonly record struct StepDone(int Done, int Steps, IReadOnlyList<Tokens> State);

/// <summary>
/// Samples a rectified flow with Euler steps, https://arxiv.org/abs/2209.03003 (<c>RFLOW.sample</c> of Open-Sora 1.2).
/// Everything is per token, so it works on the frames that a rank holds, whatever shape a frame has.
/// </summary>
public sealed class RectifiedFlow(FlowSchedule schedule, VelocityFunction velocity)
{
    /// <summary>Takes the samples of a batch from noise to data.</summary>
    /// <param name="z">Noise, or given latents where <paramref name="edits"/> say so; float32, per sample. It is left as it is.</param>
    /// <param name="edits">Per sample, which frames are generated; null when all of them are.</param>
    /// <param name="noise">
    /// Draws fresh noise for step k, one tensor per sample and shaped like it. It is called in every step when there are
    /// edits, used or not: later draws depend on it. Null is enough when there are none.
    /// </param>
    /// <param name="stepDone">Called after each step.</param>
    /// <param name="cancellation">Looked at before each step.</param>
    /// <param name="firstStep">
    /// Steps that <paramref name="z"/> has behind it already: the rest gives the same bits as all steps in one go. The edits
    /// are as new and are told about those steps; noise is drawn from here on.
    /// </param>
    /// <param name="lastStep">Steps that the result has behind it; null for all.</param>
    /// <returns>Latents in the order of <paramref name="z"/>; they belong to the caller's dispose scope.</returns>
    public IReadOnlyList<Tokens> Sample(
        IReadOnlyList<Tokens> z, IReadOnlyList<FrameEdits>? edits, Func<int, IReadOnlyList<Tensor>>? noise,
        Action<StepDone>? stepDone = null, CancellationToken cancellation = default, int firstStep = 0, int? lastStep = null)
    {
        if (edits is not null && (edits.Count != z.Count || noise is null))
            throw new ArgumentException($"{z.Count} samples need as many edits, and noise; there are {edits.Count}", nameof(edits));

        using DisposeScope scope = NewDisposeScope();
        Tokens[] state = [.. z.Select(sample => sample.With(sample.Values.clone()))];
        int steps = schedule.Timesteps.Count;
        foreach (FrameEdits own in edits ?? [])
            for (int k = 0; k < firstStep; k++)
                own.Advance(schedule.Timesteps[k]);
        for (int k = firstStep; k < (lastStep ?? steps); k++)
        {
            cancellation.ThrowIfCancellationRequested();
            using DisposeScope stepScope = NewDisposeScope();
            IReadOnlyList<Tensor>? fresh = edits is null ? null : noise!(k);
            for (int i = 0; i < state.Length; i++)
            {
                using DisposeScope sampleScope = NewDisposeScope();
                Tokens next = Step(k, i, state[i], edits?[i], fresh?[i]);
                if (ReferenceEquals(next, state[i]))
                    continue;
                sampleScope.MoveToOther(scope, next.Values);
                state[i].Values.Dispose();
                state[i] = next;
            }
            stepDone?.Invoke(new StepDone(k + 1, steps, state));
        }
        scope.MoveToOuter(state.Select(sample => sample.Values));
        return state;
    }

    /// <summary>Step <paramref name="k"/> of one sample; the same tokens when none of its frames changes.</summary>
    private Tokens Step(int k, int sample, Tokens z, FrameEdits? edits, Tensor? noise)
    {
        float timestep = schedule.Timesteps[k];
        bool[]? denoised = null;
        if (edits is not null)
        {
            (denoised, bool[] renoised) = edits.Advance(timestep);
            z = Choose(renoised, () => AddNoise(z.Values, noise!, timestep), z);
        }

        // Frames that are not denoised are put back afterwards; when that is all of them there is nothing to predict.
        Tokens next = denoised is null || denoised.Any(frame => frame)
            ? z.With(z.Values.Plus(velocity(k, sample, z, timestep, denoised).Times(schedule.StepSize(k))))
            : z;
        return denoised is null ? next : Choose(denoised, () => next.Values, z);
    }

    /// <summary>z at the noise level of <paramref name="timestep"/>, in the original's order of float32 operations.</summary>
    private static Tensor AddNoise(Tensor z, Tensor noise, float timestep)
    {
        float data = 1 - timestep / FlowSchedule.NoiseLevels;
        return z.Times(data).Plus(noise.Times(1 - data));
    }

    /// <summary>Frames of <paramref name="yes"/> where <paramref name="frames"/> (of the whole clip) says so, else of <paramref name="no"/>.</summary>
    private static Tokens Choose(bool[] frames, Func<Tensor> yes, Tokens no)
    {
        bool[] held = frames[(int)no.First..(int)no.Run.End];
        if (!held.Any(frame => frame))
            return no;
        if (held.All(frame => frame))
            return no.With(yes());
        long[] perFrame = [held.Length, .. Enumerable.Repeat(1L, (int)no.Values.ndim - 1)];
        return no.With(where(tensor(held, device: no.Values.device).view(perFrame), yes(), no.Values));
    }
}
