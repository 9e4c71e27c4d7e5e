using OpenSora.Inference.Decoding.Spatial;
using OpenSora.Inference.Decoding.Temporal;
using OpenSora.Inference.Weights;
using OpenSora.Layout.Decoding;
using OpenSora.Layout.Models;
using OpenSora.Torch;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OpenSora.Inference.Decoding;

/// <summary>
/// Pixels to latents and back: the per-frame autoencoder, then the temporal one on chunks of 17 frames (Open-Sora 1.2's
/// VideoAutoencoderPipeline). One clip at a time; T frames of H × W pixels are Tz latent frames of h × w.
/// </summary>
/// <remarks>
/// Whole clips go through <see cref="Encode"/> and <see cref="Decode"/>. Their pieces — chunks for the temporal
/// autoencoder, batches of frames for the per-frame one — are independent of each other and follow from the clip alone
/// (<see cref="Units"/>), so they can be computed anywhere with the same bytes.
/// </remarks>
public sealed class VideoAutoencoder : nn.Module
{
    private readonly SpatialVae spatial_vae;
    private readonly TemporalVae temporal_vae;
    private readonly Parameter scale;
    private readonly Parameter shift;

    /// <param name="p">Keys of the public checkpoint: <c>spatial_vae.module.*</c>, <c>temporal_vae.*</c>, and <c>scale</c> and <c>shift</c>, which may be left out.</param>
    /// <param name="device">Where the parameters lie.</param>
    public VideoAutoencoder(
        ParameterSource p, SpatialVaeConfig spatial, VideoAutoencoderConfig config, AutoencoderUnits units, Device device, Precision precision)
        : base(nameof(VideoAutoencoder))
    {
        (Units, Device, Precision) = (units, device, precision);
        spatial_vae = new SpatialVae(p["spatial_vae.module"], spatial);
        temporal_vae = new TemporalVae(p["temporal_vae"], config.VaeTemporal);
        scale = PerChannel(p, "scale", config.Scale);
        shift = PerChannel(p, "shift", config.Shift);
        RegisterComponents();
    }

    /// <summary>How clips are cut.</summary>
    public AutoencoderUnits Units { get; }

    public Device Device { get; }

    public Precision Precision { get; }

    /// <summary>The autoencoder of single frames.</summary>
    public SpatialVae Spatial => spatial_vae;

    /// <summary>The autoencoder over time.</summary>
    public TemporalVae Temporal => temporal_vae;

    /// <summary>The chunks of a clip of <paramref name="frames"/> frames, in order.</summary>
    public IEnumerable<FrameChunk> Chunks(int frames) => Units.Chunks(frames, temporal_vae.Config.Downsampling);

    /// <summary>Latent frames of a clip of <paramref name="frames"/> frames.</summary>
    public int LatentFrames(int frames) => Chunks(frames).Sum(chunk => chunk.Latents);

    /// <summary>The latent of a clip.</summary>
    /// <param name="pixels">[3, T, H, W] in [-1, 1]</param>
    /// <param name="noise">Drawn for this clip, or <see cref="PosteriorNoise.None"/> for the means.</param>
    /// <returns>[4, Tz, ⌊H/8⌋, ⌊W/8⌋], of about zero mean and unit variance.</returns>
    public Tensor Encode(Tensor pixels, PosteriorNoise noise)
    {
        using DisposeScope scope = NewDisposeScope();
        List<Tensor> latents = [];
        foreach (FrameChunk chunk in Chunks((int)pixels.shape[1]))
            latents.Add(EncodePixels(pixels, chunk, noise));
        return cat(latents, 1).MoveToOuterDisposeScope();
    }

    private Tensor EncodePixels(Tensor pixels, FrameChunk chunk, PosteriorNoise noise)
    {
        using DisposeScope scope = NewDisposeScope();
        List<Tensor> frames = [];
        foreach (FrameBatch batch in Units.Batches(chunk.Frames))
        {
            long first = chunk.FirstFrame + batch.First;
            frames.Add(EncodeFrames(pixels.narrow(1, first, batch.Count).transpose(0, 1), noise.Spatial?.narrow(0, first, batch.Count)));
        }
        Tensor perFrame = cat(frames, 0).transpose(0, 1); // [4, F, h, w]
        return EncodeChunk(perFrame, noise.Temporal?.narrow(1, chunk.FirstLatent, chunk.Latents)).MoveToOuterDisposeScope();
    }

    /// <summary>The per-frame latents of a batch of frames.</summary>
    /// <param name="pixels">[F, 3, H, W] in [-1, 1]</param>
    /// <param name="noise">[F, 4, ⌊H/8⌋, ⌊W/8⌋]; null for the means.</param>
    /// <returns>[F, 4, ⌊H/8⌋, ⌊W/8⌋]</returns>
    public Tensor EncodeFrames(Tensor pixels, Tensor? noise)
    {
        using DisposeScope scope = NewDisposeScope();
        return spatial_vae.Encode(Here(pixels), noise).MoveToOuterDisposeScope();
    }

    /// <summary>The latent of a chunk.</summary>
    /// <param name="frames">Per-frame latents of the chunk, [4, F, h, w].</param>
    /// <param name="noise">[4, ⌈F/4⌉, h, w]; null for the mean.</param>
    /// <returns>[4, ⌈F/4⌉, h, w]</returns>
    public Tensor EncodeChunk(Tensor frames, Tensor? noise)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor z = temporal_vae.Encode(Here(frames).unsqueeze(0), noise?.unsqueeze(0)); // [1, 4, tz, h, w]
        return ((z - shift) / scale).squeeze(0).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The frames of a latent, in order and in pieces of at most a batch: the next piece is computed when it is asked for,
    /// so memory does not grow with the clip. Each piece belongs to the caller; the latent must live until the last.
    /// </summary>
    /// <param name="z">[4, Tz, h, w]</param>
    /// <param name="frames">Frames of the clip; Tz must be their number of latent frames.</param>
    /// <returns>Pieces [3, F, 8h, 8w], about [-1, 1] but not clamped.</returns>
    public IEnumerable<Tensor> Decode(Tensor z, int frames)
    {
        if (z.ndim != 4 || z.shape[1] != LatentFrames(frames))
            throw new ArgumentException($"{frames} frames have {LatentFrames(frames)} latent frames; the latent is [{string.Join(", ", z.shape)}]", nameof(z));
        return Chunks(frames).SelectMany(chunk =>
        {
            using Tensor part = z.narrow(1, chunk.FirstLatent, chunk.Latents);
            return DecodePieces(part, chunk.Frames);
        });
    }

    /// <summary>The frames of one chunk, in order and in pieces as those of <see cref="Decode"/>; the latent is read at once.</summary>
    /// <param name="z">[4, tz, h, w]</param>
    /// <param name="frames">Frames of the chunk.</param>
    public IEnumerable<Tensor> DecodePieces(Tensor z, int frames)
    {
        // The caller may open and close dispose scopes between two pieces: what is kept from piece to piece is in none.
        Tensor perFrame = DecodeChunk(z, frames).DetachFromDisposeScope();
        return Pieces();

        IEnumerable<Tensor> Pieces()
        {
            using (perFrame)
                foreach (FrameBatch batch in Units.Batches(frames))
                    yield return DecodeBatch(perFrame, batch);
        }
    }

    private Tensor DecodeBatch(Tensor frames, FrameBatch batch)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor part = frames.narrow(1, batch.First, batch.Count).transpose(0, 1); // [F, 4, h, w]
        return DecodeFrames(part).transpose(0, 1).MoveToOuterDisposeScope();
    }

    /// <summary>The per-frame latents of a chunk.</summary>
    /// <param name="z">[4, tz, h, w]</param>
    /// <param name="frames">Frames of the chunk, in (4·(tz-1), 4·tz].</param>
    /// <returns>[4, frames, h, w]</returns>
    public Tensor DecodeChunk(Tensor z, int frames)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor latent = (Here(z).unsqueeze(0) * scale).Plus(shift); // [1, 4, tz, h, w]
        return temporal_vae.Decode(latent, frames).squeeze(0).MoveToOuterDisposeScope();
    }

    /// <summary>The pixels of a batch of per-frame latents.</summary>
    /// <param name="frames">[F, 4, h, w]</param>
    /// <returns>[F, 3, 8h, 8w], about [-1, 1] but not clamped.</returns>
    public Tensor DecodeFrames(Tensor frames)
    {
        using DisposeScope scope = NewDisposeScope();
        return spatial_vae.Decode(Here(frames)).MoveToOuterDisposeScope();
    }

    private Tensor Here(Tensor x) => x.to(Precision.Compute).to(Device).contiguous();

    /// <summary>[1, 4, 1, 1, 1], rounded to the model's type as the original's buffers are.</summary>
    private Parameter PerChannel(ParameterSource p, string key, double[] values)
    {
        long channels = temporal_vae.Config.EmbedDim;
        if (p.Has(key))
            return p.Get(key, 1, channels, 1, 1, 1);
        using DisposeScope scope = NewDisposeScope();
        Tensor rounded = Precision.Round(tensor(values, ScalarType.Float32)).to(Device);
        Parameter parameter = new(rounded.view(1, -1, 1, 1, 1).expand(1, channels, 1, 1, 1).contiguous(), requires_grad: false);
        parameter.DetachFromDisposeScope();
        return parameter;
    }
}
