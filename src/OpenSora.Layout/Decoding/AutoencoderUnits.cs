using OpenSora.Contracts;

namespace OpenSora.Layout.Decoding;

/// <summary>
/// How a clip is cut for the autoencoder. Chunks and batches follow from the clip alone, so whoever computes them gets the
/// same bytes, and memory is bounded by one of them.
/// </summary>
/// <param name="FramesPerChunk">Frames that the temporal autoencoder handles at once; null or 0 for the whole clip. It is part of the model: the public weights were trained with 17.</param>
/// <param name="FramesPerBatch">Frames that the per-frame autoencoder handles at once; null or 0 for a whole chunk. More is faster on a card and takes more memory.</param>
/// <exception cref="InputException">One of them is negative.</exception>
public sealed record AutoencoderUnits(int? FramesPerChunk = 17, int? FramesPerBatch = 4)
{
    public int? FramesPerChunk { get; } = NotNegative(FramesPerChunk, "chunk of the temporal autoencoder (micro frame size)");
    public int? FramesPerBatch { get; } = NotNegative(FramesPerBatch, "batch of the per-frame autoencoder (micro batch size)");

    /// <summary>The chunks of a clip in order: full ones, then what is left.</summary>
    /// <param name="frames">Frames of the clip, at least 1.</param>
    /// <param name="downsampling">Frames per latent frame within a chunk.</param>
    public IEnumerable<FrameChunk> Chunks(int frames, int downsampling)
    {
        int latent = 0, index = 0;
        foreach (FrameBatch run in Cut(frames, FramesPerChunk))
        {
            int latents = (run.Count + downsampling - 1) / downsampling;
            yield return new FrameChunk(index++, run.First, run.Count, latent, latents);
            latent += latents;
        }
    }

    /// <summary>The batches of a chunk in order: full ones, then what is left.</summary>
    public IEnumerable<FrameBatch> Batches(int frames) => Cut(frames, FramesPerBatch);

    private static int? NotNegative(int? frames, string what) => frames is not < 0
        ? frames
        : throw new InputException($"a {what} of {frames} frames cannot be: give at least 1, or 0 for all frames at once");

    private static IEnumerable<FrameBatch> Cut(int frames, int? size)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(frames);
        int step = size is null or 0 ? frames : size.Value;
        for (int first = 0; first < frames; first += step)
            yield return new FrameBatch(first, Math.Min(step, frames - first));
    }
}
