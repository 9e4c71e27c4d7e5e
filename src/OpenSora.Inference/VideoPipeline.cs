using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Media;
using OpenSora.Inference.Conditioning;
using OpenSora.Inference.Decoding;
using OpenSora.Inference.Generation;
using OpenSora.Inference.Sampling;
using OpenSora.Inference.Sharding;
using OpenSora.Inference.Stages;
using OpenSora.Inference.Text;
using OpenSora.Inference.Transformer;
using OpenSora.Prompts.Plans;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference;

/// <summary>
/// The path of one generation (<c>scripts/inference.py</c> of Open-Sora 1.2): prompts become latents, latents become
/// frames, frames go to files while the next ones are decoded. Random numbers are drawn in the original's order.
/// </summary>
/// <param name="noise">Seeded once for a run; all its draws come from here.</param>
public sealed class VideoPipeline(Models models, NoiseSource noise, IMedia media, PipelineEvents events)
{
    /// <summary>Makes the videos of a batch. Looks at <paramref name="cancel"/> at least once a step; what is half done is removed.</summary>
    public IReadOnlyList<SampleReport> Generate(VideoBatch batch, CancellationToken cancel)
    {
        using IDisposable inference = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using VideoOutputs outputs = new(batch, media, events, cancel);
        using ReferenceSet references = EncodeReferences(batch, cancel);
        for (int loop = 0; loop < batch.Settings.Loops; loop++)
        {
            using DisposeScope loopScope = NewDisposeScope();
            EncodedText[] texts = EncodeText(batch, loop);
            Tensor start = DrawNoise(batch, loop);
            float[][] ratios = PlaceReferences(start, references, batch, loop);
            Tensor latents = Denoise(start, ratios, texts, batch, loop, cancel);
            Decode(latents, references, outputs, batch, loop, cancel);
        }
        return outputs.Complete();
    }

    /// <summary>The final latents of the last batch, [n, 4, T, h, w] in float32 on the CPU; null before the first.</summary>
    public Tensor? Latents { get; private set; }

    private ReferenceSet EncodeReferences(VideoBatch batch, CancellationToken cancel)
    {
        using IDisposable timed = events.Time(Stage.Encode);
        ReferenceSet set = new();
        foreach (PlannedVideo video in batch.Videos)
        {
            set.Add(References.Encode(video, batch.Settings.Clip, models.Autoencoder, noise, media, cancel));
            for (int i = 0; i < set[^1].Latents.Count; i++)
                events.Trace?.Invoke($"ref_latent_{set.Count - 1}_{i}", set[^1].Latents[i]);
        }
        return set;
    }

    private EncodedText[] EncodeText(VideoBatch batch, int loop)
    {
        using IDisposable timed = events.Time(Stage.Encode);
        return [.. batch.Videos.Select(video =>
        {
            IReadOnlyList<long> tokens = models.Tokenizer.Tokenize(video.Prompts[loop], models.TokenLimit).Tokens;
            EncodedText text = TextStage.Encode(models, tokens);
            events.Trace?.Invoke($"loop{loop}_input_ids", tensor(tokens.ToArray()));
            events.Trace?.Invoke($"loop{loop}_y", text.Features);
            return text;
        })];
    }

    /// <summary>[n, 4, T, h, w] in float32 on the CPU: drawn in the model's type, as the original does.</summary>
    private Tensor DrawNoise(VideoBatch batch, int loop)
    {
        Tensor drawn = noise.Normal(models.Precision.Model, batch.Settings.LatentShape(batch.Videos.Count)).to(ScalarType.Float32);
        events.Trace?.Invoke($"loop{loop}_z", drawn);
        return drawn;
    }

    /// <summary>Copies reference latents into the noise, in place, and says which frames are to be generated.</summary>
    private float[][] PlaceReferences(Tensor start, ReferenceSet references, VideoBatch batch, int loop)
    {
        float[][] ratios = [.. references.Select((own, i) => ReferenceFrames.Place(start[i], own.Latents, own.MaskStrategy, loop, batch.Settings.Align))];
        events.Trace?.Invoke($"loop{loop}_z_masked", start);
        events.Trace?.Invoke($"loop{loop}_masks", stack([.. ratios.Select(row => tensor(row))]));
        return ratios;
    }

    /// <summary>From noise to latents, [n, 4, T, h, w] in float32 on the CPU.</summary>
    private Tensor Denoise(Tensor start, float[][] ratios, EncodedText[] texts, VideoBatch batch, int loop, CancellationToken cancel)
    {
        using IDisposable timed = events.Time(Stage.Denoise);
        using DisposeScope scope = NewDisposeScope();
        LatentSize size = batch.Settings.Clip.Latent;
        StepNoise fresh = new(noise, models.Precision.Model, batch.Settings.LatentShape(texts.Length));
        using ClipContext context = models.Transformer.Clip(batch.Settings.Shape);
        using PromptSet prompts = new(models.Transformer, texts);
        DenoiseShare share = new()
        {
            Schedule = models.Schedule(batch.Settings),
            Latents = [.. start.unbind(0).Select(Patches.FromLatent)],
            EditRatios = ratios,
            Noise = step =>
            {
                IReadOnlyList<Tensor> tokens = fresh.At(step);
                events.Trace?.Invoke($"loop{loop}_step_noise_{step}", LatentsOf(tokens));
                return tokens;
            },
            Prompt = prompts.Of,
            Guidance = new Guidance(batch.Settings.GuidanceScale),
        };
        events.Trace?.Invoke($"loop{loop}_timesteps", tensor(share.Schedule.Timesteps.ToArray()));
        Tensor result = LatentsOf(DenoiseStage.Run(models.Transformer, context, share, SingleRank.Instance, null, cancel).Select(sample => sample.Values));
        events.Trace?.Invoke($"loop{loop}_latents", result);
        return result.MoveToOuterDisposeScope();

        Tensor LatentsOf(IEnumerable<Tensor> tokens) => stack([.. tokens.Select(sample => Patches.ToLatent(sample, size.Height, size.Width).cpu())]);
    }

    /// <summary>Decodes and writes, a few frames at a time; when a loop follows, the same frames are encoded for it on the way.</summary>
    private void Decode(Tensor latents, ReferenceSet references, VideoOutputs outputs, VideoBatch batch, int loop, CancellationToken cancel)
    {
        using IDisposable timed = events.Time(Stage.Decode);
        bool last = loop == batch.Settings.Loops - 1;
        LatentSize size = batch.Settings.Clip.Latent;
        ClipEncoder[] continuations = last ? [] : ClipEncoder.Begin(
            models.Autoencoder, noise, batch.Videos.Count, batch.Settings.Clip.Frames, (LatentSize.Channels, size.Height, size.Width));
        try
        {
            for (int video = 0; video < batch.Videos.Count; video++)
            {
                DecodeVideo(latents[video], video, continuations.ElementAtOrDefault(video), outputs, batch, loop, cancel);
                if (last)
                    continue;
                references[video].Continue(continuations[video].Finish(), loop + 1, batch.Settings.ConditionFrames, batch.Settings.ConditionEdit);
                events.Trace?.Invoke($"loop{loop + 1}_ref_latent_{video}", references[video].Latents[^1]);
            }
            if (last)
                Keep(latents, outputs);
        }
        finally
        {
            foreach (ClipEncoder continuation in continuations)
                continuation.Dispose();
        }
    }

    private void DecodeVideo(Tensor latent, int video, ClipEncoder? continuation, VideoOutputs outputs, VideoBatch batch, int loop, CancellationToken cancel)
    {
        int frame = 0, all = batch.Videos.Count * batch.Settings.Clip.Frames, bytes = (int)batch.Settings.Clip.Output.Rgb24Bytes;
        events.Progress(Stage.Decode, video * batch.Settings.Clip.Frames, all);
        foreach (Tensor piece in models.Autoencoder.Decode(models.Precision.Round(latent), batch.Settings.Clip.Frames))
        {
            cancel.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            using Tensor pixels = piece; // [3, F, H, W]
            events.Trace?.Invoke($"loop{loop}_decoded_{video}", pixels);
            continuation?.Add(models.Precision.Round(pixels));
            byte[] rgb = FrameBytes.Of(pixels, models.Precision.Model);
            for (int at = 0; at < rgb.Length; at += bytes)
                outputs.Write(video, loop, frame++, rgb.AsSpan(at, bytes));
            events.Progress(Stage.Decode, video * batch.Settings.Clip.Frames + frame, all);
        }
    }

    private void Keep(Tensor latents, VideoOutputs outputs)
    {
        Latents?.Dispose();
        Latents = latents.clone().DetachFromDisposeScope();
        for (int video = 0; video < latents.shape[0]; video++)
        {
            using Tensor latent = latents[video].contiguous();
            outputs.Latent(video, latent.bytes);
        }
    }
}
