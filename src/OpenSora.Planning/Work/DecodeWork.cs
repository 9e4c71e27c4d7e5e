using OpenSora.Contracts.Clips;
using OpenSora.Layout.Decoding;
using OpenSora.Layout.Models;

namespace OpenSora.Planning.Work;

/// <summary>Effort and memory of decoding a clip: chunks over time, then batches of frames.</summary>
/// <param name="elementSize">Bytes of a number.</param>
/// <param name="onProcessor">Convolutions then work on copies, and the C heap has holes.</param>
public sealed class DecodeWork(ModelShape model, ClipGeometry clip, AutoencoderUnits units, int elementSize, bool onProcessor)
{
    /// <summary>Holes that a processor's heap is left with, at the most: measured at sizes from 144p to 480p.</summary>
    private const long MostHoles = 150_000_000;

    private readonly long _cells = (long)clip.Latent.Height * clip.Latent.Width;

    /// <summary>The chunks, in order.</summary>
    public IReadOnlyList<FrameChunk> Chunks { get; } = [.. units.Chunks(clip.Frames, model.Video.VaeTemporal.Downsampling)];

    /// <summary>Batches of frames of all chunks.</summary>
    public int Batches => Chunks.Sum(chunk => units.Batches(chunk.Frames).Count());

    /// <summary>A chunk from latent to pixels, on one card.</summary>
    public Effort Chunk(FrameChunk chunk) =>
        Sum(Temporal(chunk)) + units.Batches(chunk.Frames).Aggregate(default(Effort), (sum, batch) => sum + Sum(Spatial(batch.Count)));

    /// <summary>The most that exists at once beside the weights while chunks are decoded.</summary>
    public long PeakBytes
    {
        get
        {
            long frames = units.Batches(Chunks[0].Frames).Max(batch => batch.Count);
            // Decoded pixels as they come, in float32, and as bytes on their way to the encoder.
            long pixels = frames * clip.Output.Rgb24Bytes * (3 * sizeof(float) + 1);
            long atOnce = onProcessor ? Math.Max(1, CacheRoom.Pass / model.Spatial.Widest(clip.Output.Height * (long)clip.Output.Width)) : frames;
            long numbers = elementSize * Math.Max(Most(Temporal(Chunks[0])), Most(Spatial(Math.Min(frames, atOnce))));
            return pixels + numbers + (onProcessor ? Math.Min(MostHoles, numbers * 3 / 2) : 0);
        }
    }

    private IEnumerable<LayerCost> Temporal(FrameChunk chunk) => TemporalLayers.Decoder(model.Video.VaeTemporal, chunk.Latents, _cells);

    private IEnumerable<LayerCost> Spatial(long frames) => SpatialLayers.Decoder(model.Spatial, frames, _cells, inBands: onProcessor);

    private Effort Sum(IEnumerable<LayerCost> layers) => layers.Aggregate(default(Effort), (sum, layer) =>
        sum + new Effort(layer.Flops, elementSize * (layer.Touched + layer.Parameters), layer.Kernels));

    /// <summary>An accelerator's convolutions have workspaces, too: half of what is live is allowed for them.</summary>
    private long Most(IEnumerable<LayerCost> layers) => layers.Max(layer => layer.Live + (onProcessor ? layer.Copied : layer.Live / 2));
}
