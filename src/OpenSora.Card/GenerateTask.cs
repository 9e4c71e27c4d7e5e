using System.Diagnostics;
using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Generation;
using OpenSora.Inference;
using OpenSora.Inference.Generation;
using OpenSora.Inference.Sampling;
using OpenSora.Inference.Weights;
using OpenSora.Inference.Weights.Safetensors;
using OpenSora.Torch;
using OpenSora.Video.Writing;
using static TorchSharp.torch;

namespace OpenSora.Card;

/// <summary>A whole request on this card alone.</summary>
internal static class GenerateTask
{
    /// <exception cref="InputException">The request cannot be done as it is.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static Generated Run(GenerationRequest request, EventWriter events, CancellationToken cancel)
    {
        long start = Stopwatch.GetTimestamp();
        GenerationRules.Check(request);
        ClipGeometry clip = ClipGeometry.Of(request);
        CardDevice card = CardDevice.Open(request.Device, request.Dtype, request.Threads, events);
        using Tensor? noise = request.LatentNoise is { } file ? LatentFiles.ReadNoise(file, clip) : null;
        using Refinement refinement = new(request, events, cancel);
        GenerationPlan plan = new(request, clip, refinement.Refine, noise);
        plan.Check();
        using MediaFiles media = new(request.SaveFps, request.Crf);
        media.Require(plan.References());
        using Models models = Models.Load(DemoModel.Complete(request.Models, events), request, card.Device, card.Precision);
        double load = Stopwatch.GetElapsedTime(start).TotalSeconds;

        Reporter reporter = new(events, plan.Count);
        PipelineEvents pipelineEvents = new() { Progress = reporter.Progress };
        using NoiseSource source = new(request.Seed);
        VideoPipeline pipeline = new(models, source, media, pipelineEvents);
        List<SampleReport> samples = [];
        List<string> files = [];
        foreach (VideoBatch batch in plan.Batches())
        {
            cancel.ThrowIfCancellationRequested();
            foreach (SampleReport sample in pipeline.Generate(batch, cancel))
            {
                samples.Add(sample);
                files.Add(sample.File);
                if (request.Watermark && sample.File.EndsWith(".mp4", StringComparison.Ordinal))
                    files.Add(Watermark.Write(sample.File, clip.Output, request.Crf, cancel));
            }
            reporter.Next(batch.Jobs.Count);
        }
        if (samples.Count == 0)
            throw new InputException("nothing to do: every file exists already (--prompt-as-path skips those); give other prompts or another --save-dir");
        if (request.SaveLatent is { } saved)
            SafetensorsWriter.Write(saved, [OutgoingTensor.Of("latent", pipeline.Latents!)]);

        return new Generated(new GenerationReport
        {
            Prompt = request.Prompts.FirstOrDefault() ?? samples[0].Prompt,
            Seed = request.Seed,
            Device = card.Name,
            Dtype = request.Dtype,
            ComputeDtype = CardDevice.NameOf(card.Precision.Compute),
            Cards = 1,
            Threads = TorchRuntime.Threads,
            Height = clip.Output.Height,
            Width = clip.Output.Width,
            NominalSize = [clip.Nominal.Height, clip.Nominal.Width],
            Frames = samples[0].Frames,
            Fps = request.SaveFps,
            Steps = request.NumSamplingSteps,
            Files = files,
            Hashes = GenerationHashes.Of(samples),
            Seconds = new StageSeconds(
                load, pipelineEvents.Seconds(Stage.Encode), pipelineEvents.Seconds(Stage.Denoise),
                pipelineEvents.Seconds(Stage.Decode) - pipelineEvents.Seconds(Stage.Write),
                pipelineEvents.Seconds(Stage.Write), Stopwatch.GetElapsedTime(start).TotalSeconds),
            PeakMemoryBytes = MemoryUse.PeakResidentBytes,
            PeakMemoryBeforeDecodeBytes = reporter.PeakBeforeDecode,
            Samples = samples,
        });
    }
}
