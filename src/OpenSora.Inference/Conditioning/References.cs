using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Media;
using OpenSora.Inference.Decoding;
using OpenSora.Inference.Sampling;
using OpenSora.Prompts.Plans;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Conditioning;

/// <summary>The reference latents of one video, and where they go.</summary>
/// <param name="maskStrategy">In the original's grammar.</param>
public sealed class References(string maskStrategy) : IDisposable
{
    private readonly List<Tensor> _latents = [];

    /// <summary>Each [4, T', h, w], on the CPU.</summary>
    public IReadOnlyList<Tensor> Latents => _latents;

    public string MaskStrategy { get; private set; } = maskStrategy;

    /// <summary>Reads and encodes the reference files of a video.</summary>
    public static References Encode(PlannedVideo job, ClipGeometry clip, VideoAutoencoder autoencoder, NoiseSource noise, IMedia media, CancellationToken cancel)
    {
        References references = new(job.MaskStrategy);
        try
        {
            foreach (string path in job.References)
                references.Keep(EncodeFile(path, clip, autoencoder, noise, media, cancel));
            return references;
        }
        catch
        {
            references.Dispose();
            throw;
        }
    }

    /// <summary>Takes the clip before as a reference for the start of the next one (<c>append_generated</c>).</summary>
    /// <param name="latent">That clip, encoded: [4, T, h, w].</param>
    /// <param name="loop">The next loop.</param>
    public void Continue(Tensor latent, int loop, int frames, double editRatio)
    {
        Keep(latent);
        MaskStrategy = Prompts.Masks.MaskStrategy.Continue(MaskStrategy, loop, _latents.Count - 1, frames, editRatio);
    }

    public void Dispose()
    {
        foreach (Tensor latent in _latents)
            latent.Dispose();
    }

    private void Keep(Tensor latent) => _latents.Add(latent.to(ScalarType.Float32).cpu().clone().DetachFromDisposeScope());

    /// <summary>
    /// One file in bounded memory: a video is read twice, once to count its frames (its noise is drawn before the first
    /// frame is encoded) and once to encode them as they come.
    /// </summary>
    private static Tensor EncodeFile(string path, ClipGeometry clip, VideoAutoencoder autoencoder, NoiseSource noise, IMedia media, CancellationToken cancel)
    {
        using DisposeScope scope = NewDisposeScope();
        bool video = media.IsVideo(path);
        int frames = video ? media.Read(path, cancel).Count() : 1;
        using ClipEncoder encoder = ClipEncoder.Begin(autoencoder, noise, 1, frames, (4, clip.Latent.Height, clip.Latent.Width))[0];
        foreach (RgbImage frame in media.Read(path, cancel))
        {
            cancel.ThrowIfCancellationRequested();
            using DisposeScope frameScope = NewDisposeScope();
            encoder.Add(video ? ResizeCrop.VideoFrame(frame, clip.Nominal) : ResizeCrop.Image(frame, clip.Nominal));
        }
        return encoder.Finish().MoveToOuterDisposeScope();
    }
}
