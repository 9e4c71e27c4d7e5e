using System.Diagnostics;
using System.Net;
using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Generation;
using OpenSora.Inference;
using OpenSora.Inference.Sampling;
using OpenSora.Inference.Transformer;
using OpenSora.Layout.Clips;
using OpenSora.Layout.Gangs;
using OpenSora.Layout.Units;
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
        GangPlan plan = GangPlan.For(settings.Shape.Plan, task.Links.Count);
        using StepNoise noise = new(
            RandomState.Bytes(context.Parts[0], context.Request.Seed), models.Precision.Model, settings.LatentShape(samples));
        double evenBytes = samples * Traffic.Of(plan, models.Transformer.Config, models.Precision.Compute == ScalarType.Float32 ? 4 : 2).EvenBytesSent;
        if (task.FirstStep < settings.Steps)
        {
            using Mesh mesh = Join(context, task);
            using CancellationTokenRegistration stopped = context.Cancel.Register(() => mesh.Fail("it was told to stop"));
            using ClipContext clip = models.Transformer.Clip(settings.Shape);
            using Prompts prompts = new(context, task, models);
            RankCounters counters = new();
            DenoiseShare share = new()
            {
                Schedule = models.Schedule(settings),
                FirstStep = task.FirstStep,
                Latents = [.. context.Parts.Skip(1).Take(samples).Select(part => Starting.TokensOf(part, settings))],
                EditRatios = task.EditRatios,
                Noise = step =>
                {
                    context.Faults.At(task.Epoch, $"step={step}:before-switch");
                    return noise.At(step);
                },
                Prompt = prompts.Of,
                Guidance = new Guidance(settings.GuidanceScale),
                Cache = StepCache.Parse(context.Request.Cache),
            };
            StepReports reports = new(context, task, plan, counters, evenBytes);
            int threads = TorchRuntime.Threads;
            set_num_threads(UnitThreads.For(clip.Plan, models.Transformer.Config, threads));
            try
            {
                new ShardedDenoiser(models.Transformer, clip, plan, mesh, counters).Run(share, reports.Send, context.Cancel);
            }
            finally
            {
                set_num_threads(threads);
            }
        }
        return new TaskResult(new Denoised(evenBytes), [noise.StateAfter(settings.Steps)]);
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

    /// <summary>The prompts of a gang's samples, each half projected when this rank first needs it.</summary>
    private sealed class Prompts(TaskContext context, DenoiseTask task, Models models) : IDisposable
    {
        private readonly Dictionary<(int, GuidanceHalf), PromptContext> _made = [];

        public PromptContext Of(int sample, GuidanceHalf half)
        {
            lock (_made) // two halves on one card are two threads
            {
                if (!_made.TryGetValue((sample, half), out PromptContext? prompt))
                    _made.Add((sample, half), prompt = Make(sample, half));
                return prompt;
            }
        }

        public void Dispose()
        {
            foreach (PromptContext prompt in _made.Values)
                prompt.Dispose();
        }

        private PromptContext Make(int sample, GuidanceHalf half)
        {
            EncodedPrompt prompt = task.Prompts[sample];
            if (half == GuidanceHalf.Unconditional)
                return models.Transformer.NullPrompt([.. prompt.Mask]);
            using DisposeScope scope = NewDisposeScope();
            return models.Transformer.Prompt(TensorParts.Read(context.Parts[1 + task.Prompts.Count + sample], prompt.Features), null);
        }
    }

    /// <summary>Hands in this rank's frames and counts after each step.</summary>
    private sealed class StepReports(TaskContext context, DenoiseTask task, GangPlan plan, RankCounters counters, double evenBytes)
    {
        private RankCounts _told = counters.Now;
        private long _since = Stopwatch.GetTimestamp();

        public void Send(StepDone done)
        {
            context.Faults.At(task.Epoch, $"step={done.Done - 1}:after-step");
            RankCounts now = counters.Now, step = now.Since(_told);
            WorkCounts counts = new(
                step.BytesSent, step.BytesReceived, step.Tokens, step.Units, step.Switches, step.Waited.TotalSeconds, step.Exchanging.TotalSeconds,
                Stopwatch.GetElapsedTime(_since).TotalSeconds)
            {
                PartsEvaluated = step.PartsEvaluated,
                PartsTaken = step.PartsTaken,
            };
            (_told, _since) = (now, Stopwatch.GetTimestamp());
            bool handsIn = plan.HandsIn(task.Rank);
            Seat seat = plan.SeatOf(task.Rank);
            context.Send(
                new StepHandedIn(done.Done, handsIn ? (int)seat.Frames.First : 0, handsIn ? (int)seat.Frames.Count : 0, counts, evenBytes),
                handsIn ? [.. done.State.Select(sample => TensorParts.Bytes(sample.Values))] : []);
            context.Faults.At(task.Epoch, $"step={done.Done - 1}:handed-in");
            MemoryUse.ReturnFree();
        }
    }
}
