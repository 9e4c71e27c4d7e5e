using OpenSora.Contracts.Cards;
using OpenSora.Inference;
using OpenSora.Inference.Decoding;
using OpenSora.Inference.Sampling;
using OpenSora.Inference.Stages;
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
        FrameChunk chunk = models.Autoencoder.Chunks(context.Clip.Frames).ElementAt(task.Chunk);
        byte[]? state = null;
        using PosteriorNoise? again = task.Encode ? Again(context, task, models.Autoencoder, out state) : null;
        Tensor? encoded = DecodeStage.Run(models, context.Clip, chunk, Starting.TokensOf(context.Parts[0], context.Settings), again, Send, context.Cancel);
        return encoded is null
            ? new TaskResult(new Decoded(null))
            : new TaskResult(new Decoded(TensorParts.Name(encoded)), [TensorParts.Bytes(encoded), state!]);

        void Send(DecodedFrames frames)
        {
            context.Send(new FramesDecoded((int)frames.Pixels.shape[1]), [frames.Rgb]);
            context.Faults.At(0, $"chunk={task.Chunk}");
            MemoryUse.ReturnFree();
        }
    }

    /// <summary>The random numbers that encode the video's clip again.</summary>
    /// <param name="state">The random numbers after all clips of the batch have theirs.</param>
    private static PosteriorNoise Again(TaskContext context, DecodeTask task, VideoAutoencoder autoencoder, out byte[] state)
    {
        using NoiseSource noise = RandomState.Open(context.Parts[1], context.Request.Seed);
        PosteriorNoise[] drawn = PosteriorNoise.Draw(noise, autoencoder, task.Videos, context.Clip.Frames, context.Clip.Latent);
        state = noise.State;
        foreach (PosteriorNoise other in drawn.Where((_, video) => video != task.Video))
            other.Dispose();
        return drawn[task.Video];
    }
}
