using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Planning;
using OpenSora.Layout.Clips;
using OpenSora.Layout.Decoding;
using OpenSora.Layout.Gangs;
using OpenSora.Layout.Models;
using OpenSora.Layout.Units;
using OpenSora.Planning.Cards;
using OpenSora.Planning.Memory;
using OpenSora.Planning.Published;
using OpenSora.Planning.Simulation;
using OpenSora.Planning.Work;

namespace OpenSora.Planning.Plans;

/// <summary>Works out what a request would take, with the code that would lay it out. Nothing is loaded and no kernel runs.</summary>
public static class Planner
{
    /// <exception cref="InputException">A value is out of range, not known, or more cards were asked for than can share the clip.</exception>
    public static PlanReport Plan(PlanRequest request)
    {
        GenerationRequest generation = request.Generation;
        Check(request);
        ModelShape model = ModelShape.Choose(request.Model, generation.Models);
        ClipGeometry clip = ClipGeometry.Of(generation);
        IReadOnlyList<CardType> known = [ThisMachine.Detect(generation.Threads ?? Math.Max(1, Environment.ProcessorCount / generation.Cards)), .. CardTypes.Known(request.CardTypes)];
        CardType card = request.CardType is { } named ? CardTypes.Named(named, known) : Local(generation.Device, known);
        UnitPlan units = UnitPlan.For(clip.Grid.Frames, clip.Grid.PerFrame, card.Units);
        GangPlan plan = GangPlan.For(units, generation.Cards);
        Traffic traffic = Traffic.Of(plan, model.Transformer, ElementSize.Of(card.ComputeType(generation.Dtype)));

        Fit fit = new(model, clip, units, generation, request.TextLength);
        Job? job = card.SpeedIsKnown(card.ComputeType(generation.Dtype)) && CanLink(card, generation.Cards) ? JobOf(request, model, clip, card) : null;
        DecodeWork decode = fit.Decode(card);
        return new PlanReport
        {
            Model = model.Name,
            CardType = Describe(card, generation.Dtype),
            Cards = generation.Cards,
            Dtype = generation.Dtype,
            ComputeDtype = card.ComputeType(generation.Dtype),
            Steps = generation.NumSamplingSteps,
            Clip = Sizes(clip),
            Units = new(units.FramesPerUnit, units.Count(TokenLayout.Frames), units.PositionsPerUnit, units.Count(TokenLayout.Positions)),
            Ranks = [.. Enumerable.Range(0, plan.Ranks).Select(rank => Share(plan, traffic, fit.Memory(card, plan), rank))],
            Bytes = Bytes(plan, traffic, generation.NumSamplingSteps),
            KeptStepBytes = ClipPlan.Of(generation).KeptBytes(generation),
            Memory = fit.Fullest(card, plan),
            Decode = new(decode.Chunks.Count, decode.Chunks[0].Frames, decode.Chunks[0].Latents, generation.MicroBatchSize, decode.Batches),
            Seconds = job is null ? null : Seconds(JobSimulation.Run(job, generation.Cards)),
            Sensible = job is null ? null : Sensible.Of(job, generation.Cards, request.Efficiency),
            Refusal = Refusals.Of(fit, card, plan, known),
            Notes = Notes.Of(card, job, generation),
        };
    }

    /// <summary>What the request would run on here: the accelerator, else the processor.</summary>
    private static CardType Local(string? device, IReadOnlyList<CardType> known)
    {
        CardType processor = CardTypes.Named(ThisMachine.Name, known);
        if (device == "cpu")
            return processor;
        return LocalAccelerator.Detect(known) ?? (device is null ? processor
            : throw new InputException($"--device {device}: neither nvidia-smi nor efsmi tells what card that is: give --card-type"));
    }

    private static void Check(PlanRequest request)
    {
        GenerationRules.Check(request.Generation with { Prompts = ["planned"] });
        if (request.TextLength < 1 || request.TextLength > request.Generation.ModelMaxLength)
            throw new InputException($"--text-length {request.TextLength} is out of range: give 1 to {request.Generation.ModelMaxLength}, which is --model-max-length");
        if (!(request.Efficiency is > 0 and <= 1))
            throw new InputException($"--efficiency {request.Efficiency} is out of range: give a share above 0 and up to 1");
    }

    private static Job JobOf(PlanRequest request, ModelShape model, ClipGeometry clip, CardType card) => new(
        model, clip, new AutoencoderUnits(request.Generation.MicroFrameSize, request.Generation.MicroBatchSize), card, request.Generation.Dtype,
        request.Generation.NumSamplingSteps, request.TextLength, Calibration.Standard.ShareOf(card), Calibration.LinkShareOf(card));

    /// <summary>Whether the rates of all links that this many cards need are known.</summary>
    internal static bool CanLink(CardType card, int cards) =>
        cards == 1 || (card.LinkBytesPerSecond is not null && (cards <= card.CardsPerNode || card.NetworkBytesPerSecond is not null));

    private static PlannedCardType Describe(CardType card, string dtype) => new(
        card.Name, card.Title, card.MemoryBytes,
        card.Flops.TryGetValue(card.ComputeType(dtype), out double flops) ? flops : null, card.MemoryBytesPerSecond, card.LinkBytesPerSecond, card.Source);

    private static PlannedClip Sizes(ClipGeometry clip) => new(
        clip.Nominal.Height, clip.Nominal.Width, clip.Output.Height, clip.Output.Width, clip.Frames,
        clip.Latent.Frames, clip.Latent.Height, clip.Latent.Width, clip.Grid.Rows, clip.Grid.Columns, clip.Grid.PerFrame, clip.Grid.Tokens);

    private static PlannedRank Share(GangPlan plan, Traffic traffic, CardMemory memory, int rank)
    {
        Seat seat = plan.SeatOf(rank);
        return new PlannedRank(
            rank, [.. plan.HalvesOf(rank).Select(half => half.ToString().ToLowerInvariant())],
            seat.Frames.First, seat.Frames.Count, seat.Positions.First, seat.Positions.Count,
            traffic.TokensComputed(rank), traffic.BytesSent(rank), memory.Peak(rank));
    }

    private static PlannedBytes Bytes(GangPlan plan, Traffic traffic, int steps)
    {
        long step = Enumerable.Range(0, plan.Ranks).Sum(traffic.BytesSent);
        return new PlannedBytes(step, steps * step, traffic.EvenBytesSent);
    }

    private static PredictedSeconds Seconds(JobResult job) => new(job.Encode, job.Denoise, job.Decode, job.Total);
}
