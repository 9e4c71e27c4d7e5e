using OpenSora.Contracts.Clips;
using OpenSora.Inference.Conditioning;
using static TorchSharp.torch;

namespace OpenSora.Inference.Generation;

/// <summary>Prompts whose videos share one draw of noise, and how the videos are made.</summary>
public sealed record VideoBatch
{
    public required IReadOnlyList<VideoJob> Jobs { get; init; }

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
}

/// <summary>One video.</summary>
/// <param name="Prompts">The prompt of each loop, cleaned, as the text encoder sees it.</param>
/// <param name="References">Reference images and videos: paths.</param>
/// <param name="MaskStrategy">Where they go, in the original's grammar.</param>
/// <param name="File">Where the video goes, with its extension.</param>
public sealed record VideoJob(IReadOnlyList<string> Prompts, IReadOnlyList<string> References, string MaskStrategy, string File);
