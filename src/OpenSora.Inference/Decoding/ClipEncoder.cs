using OpenSora.Layout.Decoding;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Decoding;

/// <summary>
/// Encodes a clip while its frames come, in order and in any pieces: what is kept is the latent and at most one chunk of
/// per-frame latents, so memory does not grow with the pixels. Gives the numbers of <see cref="VideoAutoencoder.Encode"/>.
/// </summary>
/// <param name="frames">Frames that will come.</param>
/// <param name="noise">Drawn for this clip; disposed with this.</param>
public sealed class ClipEncoder(VideoAutoencoder autoencoder, int frames, PosteriorNoise noise) : IDisposable
{
    private readonly Queue<FrameChunk> _chunks = new(autoencoder.Chunks(frames));
    private readonly List<Tensor> _pixels = [];
    private readonly List<Tensor> _perFrame = [];
    private readonly List<Tensor> _latents = [];
    private int _come, _encoded;

    /// <summary>The next frames: [3, F, H, W] in [-1, 1]. They are copied.</summary>
    public void Add(Tensor pixels)
    {
        using DisposeScope scope = NewDisposeScope();
        for (long i = 0; i < pixels.shape[1]; i++)
        {
            FrameChunk chunk = _chunks.Peek();
            _pixels.Add(pixels.narrow(1, i, 1).clone().DetachFromDisposeScope());
            _come++;
            bool chunkIsFull = _come == chunk.FirstFrame + chunk.Frames;
            if (chunkIsFull || _pixels.Count == autoencoder.Units.FramesPerBatch)
                EncodeBatch();
            if (chunkIsFull)
                EncodeChunk(_chunks.Dequeue());
        }
    }

    /// <summary>The latent [4, Tz, h, w] of the whole clip, on the autoencoder's device.</summary>
    /// <exception cref="InvalidOperationException">Frames are still to come.</exception>
    public Tensor Finish() => _chunks.Count == 0
        ? cat(_latents, 1)
        : throw new InvalidOperationException($"{_come} of {frames} frames were encoded");

    public void Dispose()
    {
        foreach (Tensor kept in _pixels.Concat(_perFrame).Concat(_latents))
            kept.Dispose();
        noise.Dispose();
    }

    private void EncodeBatch()
    {
        using DisposeScope scope = NewDisposeScope();
        int count = _pixels.Count;
        Tensor batch = cat(_pixels, 1).transpose(0, 1); // [F, 3, H, W]
        _perFrame.Add(autoencoder.EncodeFrames(batch, noise.Spatial?.narrow(0, _encoded, count)).DetachFromDisposeScope());
        _encoded += count;
        Clear(_pixels);
    }

    private void EncodeChunk(FrameChunk chunk)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor perFrame = cat(_perFrame, 0).transpose(0, 1); // [4, F, h, w]
        _latents.Add(autoencoder.EncodeChunk(perFrame, noise.Temporal?.narrow(1, chunk.FirstLatent, chunk.Latents)).DetachFromDisposeScope());
        Clear(_perFrame);
    }

    private static void Clear(List<Tensor> tensors)
    {
        foreach (Tensor tensor in tensors)
            tensor.Dispose();
        tensors.Clear();
    }
}
