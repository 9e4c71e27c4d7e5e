using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Generation;
using OpenSora.Inference;
using OpenSora.Inference.Sampling;
using OpenSora.Inference.Stages;
using OpenSora.Inference.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Card.Tasks;

/// <summary>Loading, texts, and references: what comes before the noise.</summary>
internal static class Encoding
{
    public static TaskResult Load(TaskContext context, LoadTask task)
    {
        if (!task.OnlyNames && !task.Networks.Contains(Network.Text))
            context.Models.ReleaseText(); // texts are encoded; the largest network makes room for those that are needed now
        Models models = context.Models;
        // Beside the loading, which waits for the same bytes.
        Task<WeightsDigest>[] digests = [.. task.Networks.Select(network => Task.Run(() => models.Digest(network), context.Cancel))];
        foreach (Network network in task.OnlyNames ? [] : task.Networks)
        {
            context.Cancel.ThrowIfCancellationRequested();
            models.Load(network);
        }
        WeightsDigest[] weights = Task.WhenAll(digests).WaitAsync(context.Cancel).GetAwaiter().GetResult();
        return new TaskResult(new Loaded(models.Fingerprint(task.Networks), CardDevice.NameOf(models.Precision.Compute)) { Weights = weights });
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
            models.Require(Network.Text, encoded.Features, $"encode: the features of prompt {prompts.Count + 1}");
            prompts.Add(new EncodedPrompt(TensorParts.Name(encoded.Features), encoded.Mask));
            parts.Add(TensorParts.Bytes(encoded.Features));
        }
        return new TaskResult(new TextEncoded(prompts), parts);
    }

    public static TaskResult Reference(TaskContext context, EncodeReferenceTask task)
    {
        using NoiseSource noise = RandomState.Open(context.Parts[0], context.Request.Seed);
        Tensor latent = ReferenceStage.Encode(
            context.Models.Autoencoder, context.Clip, new ReferenceFile(task.IsVideo, task.Frames, context.Frames), noise, context.Cancel);
        context.Models.Require(Network.Autoencoder, latent, "encode: the latent of a reference");
        return new TaskResult(new ReferenceEncoded(TensorParts.Name(latent)), [TensorParts.Bytes(latent), noise.State]);
    }
}
