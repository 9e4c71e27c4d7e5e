using OpenSora.Inference.Sampling;
using OpenSora.Inference.Transformer;
using OpenSora.Inference.Transformer.Caching;
using static TorchSharp.torch;

namespace OpenSora.Inference.Stages;

/// <summary>What a rank is told to denoise: all but <see cref="Caches"/> alike on all ranks that share the clip.</summary>
public sealed record DenoiseShare
{
    public required FlowSchedule Schedule { get; init; }

    /// <summary>Steps that are done already: 0, or those of the checkpoint that the ranks go on from.</summary>
    public int FirstStep { get; init; }

    /// <summary>Steps that are done in the end; null for all. Default: null.</summary>
    public int? LastStep { get; init; }

    /// <summary>
    /// Per sample the whole clip after <see cref="FirstStep"/> steps, [T, S, 16] in float32 on the CPU, as <see cref="Patches"/> makes
    /// it. It is only read.
    /// </summary>
    public required IReadOnlyList<Tensor> Latents { get; init; }

    /// <summary>Per sample the edit ratio of each latent frame, see <see cref="FrameEdits"/>; null when all frames are generated.</summary>
    public IReadOnlyList<IReadOnlyList<float>>? EditRatios { get; init; }

    /// <summary>
    /// Fresh noise of step k for the whole clip, per sample [T, S, 16], the same on every rank; needed with edit ratios, and
    /// then asked for once in each step from <see cref="FirstStep"/> on: <see cref="StepNoise.At"/>.
    /// </summary>
    public Func<int, IReadOnlyList<Tensor>>? Noise { get; init; }

    public required PromptOf Prompt { get; init; }

    public required Guidance Guidance { get; init; }

    /// <summary>
    /// What the rank's steps take from earlier ones; null for nothing. Then <see cref="FirstStep"/> must be a fresh one, or the bytes are
    /// others than those of a run from the start.
    /// </summary>
    public StepCaches? Caches { get; init; }
}
