using OpenSora.Inference.Decoding;
using OpenSora.Inference.Sampling;
using OpenSora.Inference.Sharding;
using OpenSora.Inference.Text;
using OpenSora.Inference.Transformer;
using OpenSora.Layout.Clips;
using OpenSora.Prompts.Plans;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Stages;

/// <summary>
/// A generation in one process, stage by stage (<c>scripts/inference.py</c> of Open-Sora 1.2): what golden cases, the demo model's
/// evaluation and tests of cards compare with. Random numbers are drawn in the original's order.
/// </summary>
/// <param name="noise">Seeded once for a run; all its draws come from here.</param>
public sealed class OneRankGeneration(Models models, NoiseSource noise)
{
    /// <summary>Sees intermediate tensors under the names of the golden end-to-end cases. Default: null.</summary>
    public Action<string, Tensor>? Trace { get; init; }

    /// <summary>Makes the videos of a batch.</summary>
    /// <param name="open">Opens a reference of a prompt.</param>
    /// <param name="write">Takes the frames of each video in order: its index in the batch, and a frame in RGB24.</param>
    /// <param name="cancel">Looked at at least once a step.</param>
    /// <returns>The final latents, [n, 4, T, h, w] in float32 on the CPU, in the caller's dispose scope.</returns>
    public Tensor Run(VideoBatch batch, Func<string, ReferenceFile> open, Action<int, ReadOnlyMemory<byte>> write, CancellationToken cancel)
    {
        using IDisposable inference = no_grad();
        using DisposeScope scope = NewDisposeScope();
        ClipSettings settings = batch.Settings;
        List<Tensor>[] references = [.. batch.Videos.Select((video, i) => EncodeReferences(video, i, settings, open, cancel))];
        for (int loop = 0; ; loop++)
        {
            using DisposeScope loopScope = NewDisposeScope();
            EncodedText[] texts = [.. batch.Videos.Select(video => EncodeText(video.Prompts[loop], loop))];
            (Tensor start, IReadOnlyList<float>[] ratios) = Start(batch, references, loop);
            Tensor[] tokens = Denoise(start, ratios, texts, settings, loop, cancel);
            bool last = loop == settings.Loops - 1;
            IReadOnlyList<Tensor> again = Decode(tokens, !last, settings, loop, write, cancel);
            if (last)
                return LatentsOf(tokens, settings).MoveToOuterDisposeScope().MoveToOuterDisposeScope();
            foreach ((List<Tensor> own, Tensor latent) in references.Zip(again))
                own.Add(latent.MoveToOuterDisposeScope());
        }
    }

    private List<Tensor> EncodeReferences(PlannedVideo video, int index, ClipSettings settings, Func<string, ReferenceFile> open, CancellationToken cancel)
    {
        List<Tensor> latents = [.. video.References.Select(path => ReferenceStage.Encode(models.Autoencoder, settings.Clip, open(path), noise, cancel))];
        for (int i = 0; i < latents.Count; i++)
            Trace?.Invoke($"ref_latent_{index}_{i}", latents[i]);
        return latents;
    }

    private EncodedText EncodeText(string prompt, int loop)
    {
        IReadOnlyList<long> ids = models.Tokenizer.Tokenize(prompt, models.TokenLimit).Tokens;
        EncodedText text = TextStage.Encode(models, ids);
        Trace?.Invoke($"loop{loop}_input_ids", tensor(ids.ToArray()));
        Trace?.Invoke($"loop{loop}_y", text.Features);
        return text;
    }

    /// <summary>[n, 4, T, h, w], and the edit ratio of each sample's latent frames.</summary>
    private (Tensor Start, IReadOnlyList<float>[] EditRatios) Start(VideoBatch batch, List<Tensor>[] references, int loop)
    {
        Tensor start = StartStage.Draw(noise, models.Precision.Model, batch.Settings, batch.Videos.Count);
        Trace?.Invoke($"loop{loop}_z", start);
        IReadOnlyList<float>[] ratios = [.. batch.Videos.Select((video, i) =>
            StartStage.Place(start[i], references[i], video.MaskStrategy, loop, batch.Settings))];
        Trace?.Invoke($"loop{loop}_z_masked", start);
        Trace?.Invoke($"loop{loop}_masks", stack([.. ratios.Select(row => tensor(row.ToArray()))]));
        return (start, ratios);
    }

    /// <summary>Of each sample [T, S, 16] in float32 on the CPU.</summary>
    private Tensor[] Denoise(Tensor start, IReadOnlyList<float>[] ratios, EncodedText[] texts, ClipSettings settings, int loop, CancellationToken cancel)
    {
        StepNoise fresh = new(noise, models.Precision.Model, settings.LatentShape(texts.Length));
        using ClipContext clip = models.Transformer.Clip(settings.Shape, models.Units);
        using PromptSet prompts = new(models.Transformer, texts);
        DenoiseShare share = new()
        {
            Schedule = models.Schedule(settings),
            Latents = [.. start.unbind(0).Select(Patches.FromLatent)],
            EditRatios = ratios,
            Noise = step =>
            {
                IReadOnlyList<Tensor> drawn = fresh.At(step);
                Trace?.Invoke($"loop{loop}_step_noise_{step}", LatentsOf(drawn, settings));
                return drawn;
            },
            Prompt = prompts.Of,
            Guidance = new Guidance(settings.GuidanceScale),
        };
        Trace?.Invoke($"loop{loop}_timesteps", tensor(share.Schedule.Timesteps.ToArray()));
        Tensor[] tokens = [.. DenoiseStage.Run(models.Transformer, clip, share, SingleRank.Instance, null, cancel).Select(sample => sample.Values.cpu())];
        Trace?.Invoke($"loop{loop}_latents", LatentsOf(tokens, settings));
        return tokens;
    }

    /// <summary>Decodes all videos; where a loop follows, their clips encoded again, [4, T, h, w], else none.</summary>
    private IReadOnlyList<Tensor> Decode(
        Tensor[] tokens, bool encode, ClipSettings settings, int loop, Action<int, ReadOnlyMemory<byte>> write, CancellationToken cancel)
    {
        PosteriorNoise[] again = encode ? PosteriorNoise.Draw(noise, models.Autoencoder, tokens.Length, settings.Clip.Frames, settings.Clip.Latent) : [];
        try
        {
            List<Tensor> latents = [];
            for (int video = 0; video < tokens.Length; video++)
            {
                List<Tensor> chunks = Decode(tokens[video], again.ElementAtOrDefault(video), settings, video, loop, write, cancel);
                if (!encode)
                    continue;
                latents.Add(cat(chunks, 1));
                Trace?.Invoke($"loop{loop + 1}_ref_latent_{video}", latents[^1]);
            }
            return latents;
        }
        finally
        {
            foreach (PosteriorNoise own in again)
                own.Dispose();
        }
    }

    /// <summary>Writes the frames of a video that the loop before does not have.</summary>
    private List<Tensor> Decode(
        Tensor tokens, PosteriorNoise? again, ClipSettings settings, int video, int loop, Action<int, ReadOnlyMemory<byte>> write, CancellationToken cancel)
    {
        int frame = 0, bytes = (int)settings.Clip.Output.Rgb24Bytes;
        return [.. models.Autoencoder.Chunks(settings.Clip.Frames).Select(chunk => DecodeStage.Run(
            models, settings.Clip, chunk, tokens.narrow(0, chunk.FirstLatent, chunk.Latents), again, Write, cancel)).OfType<Tensor>()];

        void Write(DecodedFrames frames)
        {
            Trace?.Invoke($"loop{loop}_decoded_{video}", frames.Pixels);
            for (int at = 0; at < frames.Rgb.Length; at += bytes, frame++)
                if (loop == 0 || frame >= settings.Overlap)
                    write(video, frames.Rgb.AsMemory(at, bytes));
        }
    }

    /// <summary>[n, 4, T, h, w] of the tokens of each sample.</summary>
    private static Tensor LatentsOf(IEnumerable<Tensor> tokens, ClipSettings settings) =>
        stack([.. tokens.Select(sample => Patches.ToLatent(sample, settings.Clip.Latent.Height, settings.Clip.Latent.Width))]);
}
