using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Generation;

namespace OpenSora.Layout.Clips;

/// <summary>How the clips of a request are made: all that follows from its flags, and nothing of its prompts.</summary>
public sealed record ClipSettings
{
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

    /// <summary>A clip as the transformer sees it.</summary>
    public ClipShape Shape => new(
        Clip.Latent.Frames, Clip.Latent.Height, Clip.Latent.Width, Clip.Nominal.Height, Clip.Nominal.Width, Clip.IsImage ? ClipShape.ImageFps : Fps);

    /// <summary>Sizes of the latents of so many videos: [n, 4, T, h, w].</summary>
    public long[] LatentShape(int videos) => [videos, LatentSize.Channels, Clip.Latent.Frames, Clip.Latent.Height, Clip.Latent.Width];

    /// <exception cref="InputException">There is no such size or length.</exception>
    public static ClipSettings Of(GenerationRequest request) => new()
    {
        Clip = ClipGeometry.Of(request),
        Fps = request.Fps,
        Loops = request.Loop ?? 1,
        ConditionFrames = request.ConditionFrameLength,
        ConditionEdit = request.ConditionFrameEdit,
        Align = request.Align,
        Steps = request.NumSamplingSteps,
        GuidanceScale = request.CfgScale,
    };
}
