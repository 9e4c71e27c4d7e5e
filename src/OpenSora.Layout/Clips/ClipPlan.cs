using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Generation;
using OpenSora.Layout.Decoding;
using OpenSora.Layout.Gangs;
using OpenSora.Layout.Latents;

namespace OpenSora.Layout.Clips;

/// <summary>What follows from the size and length of a clip.</summary>
/// <param name="Output">Size of the frames.</param>
/// <param name="Frames">Frames of a clip.</param>
/// <param name="Overlap">First frames of a later clip that repeat the one before and are left out of the video.</param>
/// <param name="Latents">Latent frames T.</param>
/// <param name="LatentFrameBytes">Bytes of one latent frame [S, 16] in float32.</param>
/// <param name="MostRanks">The most cards that can share it.</param>
/// <param name="Chunks">How it is cut for decoding, in order.</param>
public sealed record ClipPlan(FrameSize Output, int Frames, int Overlap, int Latents, long LatentFrameBytes, int MostRanks, IReadOnlyList<FrameChunk> Chunks)
{
    /// <exception cref="InputException">There is no such size or length.</exception>
    public static ClipPlan Of(GenerationRequest request)
    {
        ClipSettings settings = ClipSettings.Of(request);
        ClipGeometry clip = settings.Clip;
        AutoencoderUnits units = new(request.MicroFrameSize, request.MicroBatchSize);
        return new ClipPlan(
            clip.Output, clip.Frames, settings.Overlap, clip.Latent.Frames, LatentForm.FrameBytes(settings.Shape.Positions),
            GangPlan.MostRanks(clip.Latent.Frames), [.. units.Chunks(clip.Frames, LatentSize.TimeScale)]);
    }

    /// <summary>Bytes that <see cref="GenerationRequest.KeepSteps"/> keeps of a video: of each clip its start, and the latents after each step.</summary>
    public long KeptBytes(GenerationRequest request) => (request.Loop ?? 1) * (request.NumSamplingSteps + 1L) * Latents * LatentFrameBytes;
}
