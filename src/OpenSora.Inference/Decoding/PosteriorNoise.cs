using OpenSora.Contracts.Clips;
using OpenSora.Inference.Sampling;
using OpenSora.Layout.Decoding;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Decoding;

/// <summary>
/// The random numbers that encode one clip: both autoencoders draw their latents from a posterior. They are drawn before,
/// in the original's order, so that encoding can be cut differently, or done elsewhere, without other numbers.
/// </summary>
public sealed class PosteriorNoise : IDisposable
{
    /// <summary>Encodes to the means of the posteriors.</summary>
    public static readonly PosteriorNoise None = new(null, null);

    private PosteriorNoise(Tensor? spatial, Tensor? temporal) => (Spatial, Temporal) = (spatial, temporal);

    /// <summary>Of the per-frame autoencoder: [T, 4, h, w] on the CPU; null for none.</summary>
    public Tensor? Spatial { get; }

    /// <summary>Of the temporal autoencoder: [4, Tz, h, w] on the CPU, chunk after chunk; null for none.</summary>
    public Tensor? Temporal { get; }

    /// <summary>
    /// Draws for a batch of clips what the original draws when it encodes them: one call for each batch of the per-frame
    /// autoencoder, which run through the frames of all clips one after the other, in the model's type; then one float32
    /// call for each chunk of the temporal autoencoder, for all clips at once.
    /// </summary>
    /// <param name="model">Type of the model's weights.</param>
    /// <param name="clips">Clips of the batch.</param>
    /// <param name="frames">Frames of each clip.</param>
    /// <param name="latent">Channels, height and width of a latent frame.</param>
    /// <returns>The noise of each clip, for the caller to dispose of.</returns>
    public static PosteriorNoise[] Draw(
        NoiseSource noise, ScalarType model, AutoencoderUnits units, int downsampling, int clips, int frames, (long Channels, long Height, long Width) latent)
    {
        using DisposeScope scope = NewDisposeScope();
        (long channels, long height, long width) = latent;
        Tensor spatial = cat([.. units.Batches(clips * frames).Select(b => noise.Normal(model, b.Count, channels, height, width))], 0);
        Tensor temporal = cat([.. units.Chunks(frames, downsampling).Select(
            c => noise.Normal(ScalarType.Float32, clips, channels, c.Latents, height, width))], 2).to(model);
        return [.. Enumerable.Range(0, clips).Select(clip => OfClip(spatial, temporal, clip))];
    }

    /// <summary>The same for the clips of an autoencoder.</summary>
    /// <param name="latent">Of a clip; its frames do not matter.</param>
    public static PosteriorNoise[] Draw(NoiseSource noise, VideoAutoencoder autoencoder, int clips, int frames, LatentSize latent) => Draw(
        noise, autoencoder.Precision.Model, autoencoder.Units, autoencoder.Temporal.Config.Downsampling, clips, frames, (LatentSize.Channels, latent.Height, latent.Width));

    /// <summary>The noise of one clip of a batch.</summary>
    /// <param name="spatial">[clips · T, 4, h, w]</param>
    /// <param name="temporal">[clips, 4, Tz, h, w]</param>
    public static PosteriorNoise OfClip(Tensor spatial, Tensor temporal, int clip)
    {
        long frames = spatial.shape[0] / temporal.shape[0];
        return new PosteriorNoise(
            spatial.narrow(0, clip * frames, frames).DetachFromDisposeScope(),
            temporal.select(0, clip).DetachFromDisposeScope());
    }

    /// <summary>The part for one chunk of the clip; it is read from here.</summary>
    public PosteriorNoise Of(FrameChunk chunk) => new(
        Spatial?.narrow(0, chunk.FirstFrame, chunk.Frames).DetachFromDisposeScope(),
        Temporal?.narrow(1, chunk.FirstLatent, chunk.Latents).DetachFromDisposeScope());

    public void Dispose()
    {
        Spatial?.Dispose();
        Temporal?.Dispose();
    }
}
