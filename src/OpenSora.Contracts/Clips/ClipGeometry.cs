using OpenSora.Contracts.Generation;

namespace OpenSora.Contracts.Clips;

/// <summary>Every size of one clip. All follow from the nominal size, the number of frames and the VAE's chunk.</summary>
/// <param name="Nominal">The size that was asked for; the model is told this one.</param>
/// <param name="Frames">Frames of the clip, 1 (an image) and more.</param>
/// <param name="MicroFrameSize">Frames of a chunk of the temporal VAE.</param>
public sealed record ClipGeometry(FrameSize Nominal, int Frames, int MicroFrameSize = 17)
{
    /// <summary>Size of the latent, [4, T, h, w].</summary>
    public LatentSize Latent { get; } = LatentSize.Of(Frames, Nominal, MicroFrameSize);

    /// <summary>Tokens of the transformer.</summary>
    public PatchGrid Grid => PatchGrid.Of(Latent);

    /// <summary>Size of the frames that come out: the latent times 8, so at most 7 pixels a side less than nominal.</summary>
    public FrameSize Output => new(LatentSize.Scale * Latent.Height, LatentSize.Scale * Latent.Width);

    /// <summary>One frame is an image: it is saved as PNG, and the model is told an own frame rate.</summary>
    public bool IsImage => Frames == 1;

    /// <summary>Whether the frames that come out are smaller than what was asked for.</summary>
    public bool IsRounded => Output != Nominal;

    /// <exception cref="InputException">A size, a ratio or a length that is not known or out of range; or a size that has to be rounded, and may not be.</exception>
    public static ClipGeometry Of(GenerationRequest request)
    {
        FrameTable table = FrameTables.Parse(request.FrameTable);
        FrameSize nominal = request.ImageSize switch
        {
            null => Resolutions.Of(request.Resolution, request.AspectRatio, table),
            [int height, int width] => new FrameSize(height, width),
            _ => throw new InputException($"--image-size has {request.ImageSize.Count} numbers: give height and width in pixels, e.g. --image-size 240 426"),
        };
        ClipGeometry clip = new(nominal, FrameCounts.Of(request.NumFrames, table), request.MicroFrameSize);
        return request.StrictSize && clip.IsRounded
            ? throw new InputException($"frames of {nominal} (height x width) cannot be made, and --strict-size is given: sides are multiples of {LatentSize.Scale}; give --image-size {clip.Output.Height} {clip.Output.Width}") { Field = "size" }
            : clip;
    }
}
