using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Clips;
using OpenSora.Inference.Conditioning;
using OpenSora.Inference.Sampling;
using OpenSora.Layout.Clips;
using static TorchSharp.torch;

namespace OpenSora.Inference.Generation;

/// <summary>Prompts whose videos share one draw of noise, and how the videos are made.</summary>
public sealed record VideoBatch
{
    public required IReadOnlyList<PlannedVideo> Jobs { get; init; }

    public required ClipGeometry Clip { get; init; }

    /// <summary>Frame rate that the model is told, in frames a second.</summary>
    public required int Fps { get; init; }

    /// <summary>Clips joined to one video.</summary>
    public required int Loops { get; init; }

    /// <summary>Latent frames that a clip takes over from the one before; a multiple of 5.</summary>
    public required int ConditionFrames { get; init; }

    /// <summary>The frames of video that those latent frames are, 17 for each 5; a later clip's first ones are left out.</summary>
    public int Overlap => LoopOverlap.FramesOf(ConditionFrames);

    /// <summary>Edit ratio of those frames, 0 (kept) to 1 (made anew).</summary>
    public required double ConditionEdit { get; init; }

    /// <summary>Latent frames that mask positions snap to; 0 is off.</summary>
    public required int Align { get; init; }

    /// <summary>Denoising steps.</summary>
    public required int Steps { get; init; }

    /// <summary>Classifier-free guidance scale.</summary>
    public required double GuidanceScale { get; init; }

    /// <summary>The noise of the first loop, [n, 4, T, h, w]; drawn when null.</summary>
    public Tensor? Noise { get; init; }

    /// <summary>A clip as the transformer sees it.</summary>
    public ClipShape Shape => new(
        Clip.Latent.Frames, Clip.Latent.Height, Clip.Latent.Width, Clip.Nominal.Height, Clip.Nominal.Width, Clip.IsImage ? MultiResolution.ImageFps : Fps);

    /// <summary>The timesteps of a clip.</summary>
    public FlowSchedule Schedule(Models models) =>
        FlowSchedule.Create(Steps, Clip.Nominal.Height, Clip.Nominal.Width, Clip.Frames, models.Precision.Model, config: models.Scheduler);

    /// <summary>Sizes of the latents of so many videos: [n, 4, T, h, w].</summary>
    public long[] LatentShape(int videos) => [videos, LatentSize.Channels, Clip.Latent.Frames, Clip.Latent.Height, Clip.Latent.Width];
}
