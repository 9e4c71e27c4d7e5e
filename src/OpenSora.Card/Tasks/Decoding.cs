using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Clips;
using OpenSora.Inference;
using OpenSora.Inference.Decoding;
using OpenSora.Inference.Sampling;
using OpenSora.Inference.Transformer;
using OpenSora.Layout.Clips;
using OpenSora.Layout.Decoding;
using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Card.Tasks;

/// <summary>One chunk of latent frames becomes frames, and latent frames again where another clip goes on from it.</summary>
internal static class Decoding
{
    public static TaskResult Run(TaskContext context, DecodeTask task)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Models models = context.Models;
        VideoAutoencoder autoencoder = models.Autoencoder;
        FrameChunk chunk = autoencoder.Chunks(context.Clip.Frames).ElementAt(task.Chunk);
        ClipSettings settings = context.Settings;
        Tensor latent = Patches.ToLatent(Starting.TokensOf(context.Parts[0], settings), context.Clip.Latent.Height, context.Clip.Latent.Width);

        byte[]? state = null;
        using ClipEncoder? again = task.Encode ? Again(context, task, autoencoder, chunk, out state) : null;
        foreach (Tensor piece in autoencoder.DecodePieces(models.Precision.Round(latent), chunk.Frames))
        {
            context.Cancel.ThrowIfCancellationRequested();
            using DisposeScope pieceScope = NewDisposeScope();
            using Tensor pixels = piece; // [3, F, H, W]
            again?.Add(models.Precision.Round(pixels));
            context.Send(new FramesDecoded((int)pixels.shape[1]), [FrameBytes.Of(pixels, models.Precision.Model)]);
            context.Faults.At(0, $"chunk={task.Chunk}");
            MemoryUse.ReturnFree();
        }
        if (again is null)
            return new TaskResult(new Decoded(null));
        using Tensor encoded = again.Finish().to(ScalarType.Float32);
        return new TaskResult(new Decoded(TensorParts.Name(encoded)), [TensorParts.Bytes(encoded), state!]);
    }

    /// <summary>The chunk's encoder: with the random numbers that the encoder of whole clips would have for it.</summary>
    /// <param name="state">The random numbers after all clips of the batch have theirs.</param>
    private static ClipEncoder Again(TaskContext context, DecodeTask task, VideoAutoencoder autoencoder, FrameChunk chunk, out byte[] state)
    {
        using NoiseSource noise = RandomState.Open(context.Parts[1], context.Request.Seed);
        LatentSize size = context.Clip.Latent;
        PosteriorNoise[] drawn = PosteriorNoise.Draw(
            noise, autoencoder.Precision.Model, autoencoder.Units, autoencoder.Temporal.Config.Downsampling, task.Videos, context.Clip.Frames,
            (LatentSize.Channels, size.Height, size.Width));
        state = noise.State;
        try
        {
            return new ClipEncoder(autoencoder, chunk.Frames, drawn[task.Video].Of(chunk));
        }
        finally
        {
            foreach (PosteriorNoise own in drawn)
                own.Dispose();
        }
    }
}
