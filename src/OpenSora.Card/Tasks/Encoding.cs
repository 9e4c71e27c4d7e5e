using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Clips;
using OpenSora.Inference;
using OpenSora.Inference.Conditioning;
using OpenSora.Inference.Decoding;
using OpenSora.Inference.Sampling;
using OpenSora.Inference.Stages;
using OpenSora.Inference.Text;
using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Card.Tasks;

/// <summary>Loading, texts, and references: what comes before the noise.</summary>
internal static class Encoding
{
    public static TaskResult Load(TaskContext context, LoadTask task)
    {
        if (!task.Networks.Contains(Network.Text))
            context.Models.ReleaseText(); // texts are encoded; the largest network makes room for those that are needed now
        foreach (Network network in task.Networks)
        {
            context.Cancel.ThrowIfCancellationRequested();
            context.Models.Load(network);
        }
        return new TaskResult(new Loaded(context.Models.Fingerprint(task.Networks), CardDevice.NameOf(context.Models.Precision.Compute)));
    }

    public static TaskResult Texts(TaskContext context, EncodeTextTask task)
    {
        Models models = context.Models;
        models.RequireVocabulary(task.Vocabulary);
        List<EncodedPrompt> prompts = [];
        List<ReadOnlyMemory<byte>> parts = [];
        foreach (IReadOnlyList<long> tokens in task.Texts)
        {
            context.Cancel.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            EncodedText encoded = TextStage.Encode(models, tokens);
            prompts.Add(new EncodedPrompt(TensorParts.Name(encoded.Features), encoded.Mask));
            parts.Add(TensorParts.Bytes(encoded.Features));
        }
        return new TaskResult(new TextEncoded(prompts), parts);
    }

    /// <summary>The frames are encoded as they come, so memory does not grow with them.</summary>
    public static TaskResult Reference(TaskContext context, EncodeReferenceTask task)
    {
        Models models = context.Models;
        using NoiseSource noise = RandomState.Open(context.Parts[0], context.Request.Seed);
        LatentSize size = context.Clip.Latent;
        using ClipEncoder encoder = ClipEncoder.Begin(models.Autoencoder, noise, 1, task.Frames, (LatentSize.Channels, size.Height, size.Width))[0];
        foreach (RgbImage frame in context.Frames)
        {
            context.Cancel.ThrowIfCancellationRequested();
            using DisposeScope frameScope = NewDisposeScope();
            encoder.Add(task.IsVideo ? ResizeCrop.VideoFrame(frame, context.Clip.Nominal) : ResizeCrop.Image(frame, context.Clip.Nominal));
            MemoryUse.ReturnFree();
        }
        using Tensor latent = encoder.Finish().to(ScalarType.Float32);
        return new TaskResult(new ReferenceEncoded(TensorParts.Name(latent)), [TensorParts.Bytes(latent), noise.State]);
    }
}
