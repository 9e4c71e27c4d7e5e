using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Generation;
using OpenSora.Inference;
using OpenSora.Inference.Sampling;
using OpenSora.Inference.Stages;
using OpenSora.Inference.Text;
using OpenSora.Inference.Transformer;
using OpenSora.Inference.Transformer.Caching;
using OpenSora.Layout.Clips;
using OpenSora.Layout.Gangs;
using OpenSora.Parallel.Denoising;
using OpenSora.Parallel.Gangs;
using OpenSora.Links;
using OpenSora.Parallel.Switching;
using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Card.Tasks;

/// <summary>One rank's share of a denoise.</summary>
internal static class Denoising
{
    public static TaskResult Run(TaskContext context, DenoiseTask task)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Models models = context.Models;
        models.ReleaseText(); // the largest network, and not needed while steps and chunks are computed
        ClipSettings settings = context.Settings;
        int samples = task.Prompts.Count;
        GangPlan plan = GangPlan.For(settings.Shape.Units(models.Units), task.Links.Count);
        using NoiseSource random = RandomState.Open(context.Parts[0], context.Request.Seed);
        StepNoise noise = new(random, models.Precision.Model, settings.LatentShape(samples));
        double evenBytes = samples * Traffic.Of(plan, models.Transformer.Config, models.Precision.Compute == ScalarType.Float32 ? 4 : 2).EvenBytesSent;
        if (task.FirstStep < settings.Steps)
        {
            using Mesh mesh = Join(context, task);
            using CancellationTokenRegistration stopped = context.Cancel.Register(() => mesh.Fail("it was told to stop"));
            using ClipContext clip = models.Transformer.Clip(settings.Shape, models.Units);
            using PromptSet prompts = new(models.Transformer, [.. task.Prompts.Select((prompt, sample) =>
                new EncodedText(TensorParts.Read(context.Parts[1 + samples + sample], prompt.Features), [.. prompt.Mask]))]);
            using StepCaches? caches = StepCaches.For(StepCache.Parse(context.Request.Cache), settings.Steps);
            RankCounters counters = new();
            DenoiseShare share = new()
            {
                Schedule = models.Schedule(settings),
                FirstStep = task.FirstStep,
                LastStep = task.LastStep,
                Latents = [.. context.Parts.Skip(1).Take(samples).Select(part => Starting.TokensOf(part, settings))],
                EditRatios = task.EditRatios,
                Noise = step =>
                {
                    context.Faults.At(task.Epoch, $"step={step}:before-switch");
                    return noise.At(step);
                },
                Prompt = prompts.Of,
                Guidance = new Guidance(settings.GuidanceScale),
                Caches = caches,
            };
            ExchangeSums sums = new(task.SumsAfter, context.Faults, task.Epoch);
            StepReports reports = new(context, task, plan, models, counters, sums, caches, evenBytes);
            DenoiseStage.Run(models.Transformer, clip, share, new GuidanceRanks(plan, mesh, counters, sums.Watch), reports.Send, context.Cancel);
        }
        noise.SkipTo(settings.Steps);
        return new TaskResult(new Denoised(evenBytes), [random.State]);
    }

    private static Mesh Join(TaskContext context, DenoiseTask task)
    {
        if (task.Links.Count == 1)
            return Mesh.Alone(context.Task.Job);
        IReadOnlyList<EndPoint> addresses = [.. task.Links.Select(LinkAddress.Parse)];
        LinkOptions options = new() { Silence = task.LinkSilence, Tls = context.Tls };
        if (options.Joining < options.Silence)
            options = options with { Joining = options.Silence }; // who may be silent for long may come late
        return Mesh.Join(
            new GangName(context.Task.Job, task.Epoch), task.Rank, addresses, context.Listener, context.Token, options, context.Cancel,
            (stream, _) => context.Faults.Between(task.Epoch, stream));
    }

    /// <summary>Hands in this rank's frames and counts after each step.</summary>
    private sealed class StepReports(TaskContext context, DenoiseTask task, GangPlan plan, Models models, RankCounters counters, ExchangeSums sums, StepCaches? caches, double evenBytes)
    {
        private RankCounts _told = counters.Now;
        private (long Evaluated, long Taken) _parts;
        private long _since = Stopwatch.GetTimestamp();

        public void Send(StepDone done)
        {
            context.Faults.At(task.Epoch, $"step={done.Done - 1}:after-step");
            RankCounts now = counters.Now, step = now.Since(_told);
            (long evaluated, long taken) = caches?.Parts ?? default;
            WorkCounts counts = new(
                step.BytesSent, step.BytesReceived, step.Tokens, step.Units, step.Switches, step.Waited.TotalSeconds, step.Exchanging.TotalSeconds,
                Stopwatch.GetElapsedTime(_since).TotalSeconds)
            {
                PartsEvaluated = evaluated - _parts.Evaluated,
                PartsTaken = taken - _parts.Taken,
            };
            (_told, _parts, _since) = (now, (evaluated, taken), Stopwatch.GetTimestamp());
            bool handsIn = plan.HandsIn(task.Rank);
            Seat seat = plan.SeatOf(task.Rank);
            ReadOnlyMemory<byte>[] latents = handsIn ? [.. done.State.Select(sample => TensorParts.Bytes(sample.Values))] : [];
            context.Send(
                new StepHandedIn(done.Done, handsIn ? (int)seat.Frames.First : 0, handsIn ? (int)seat.Frames.Count : 0, counts, evenBytes) { NotFinite = NotFinite(done, latents), Sums = sums.Take(done.Done, latents) },
                latents);
            context.Faults.At(task.Epoch, $"step={done.Done - 1}:handed-in");
            MemoryUse.ReturnFree();
        }

        /// <summary>Told, and not thrown: the other ranks would take this one for broken before its own word is heard.</summary>
        private string? NotFinite(StepDone done, ReadOnlyMemory<byte>[] latents)
        {
            for (int video = 0; video < latents.Length; video++)
            {
                ReadOnlySpan<float> numbers = MemoryMarshal.Cast<byte, float>(latents[video].Span);
                if (Finite.Missing(numbers) is > 0 and int missing)
                    return models.WordsFor(Network.Transformer, $"denoise: after step {done.Done} of {done.Steps} the latent of video {video + 1} of its batch", missing, numbers.Length);
            }
            return null;
        }
    }
}
