using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Planning;
using OpenSora.Layout.Decoding;
using OpenSora.Layout.Gangs;
using OpenSora.Layout.Models;
using OpenSora.Planning.Cards;
using OpenSora.Planning.Plans;
using OpenSora.Planning.Published;
using OpenSora.Planning.Sharing;

namespace OpenSora.Planning.Simulation;

/// <summary>Answers <c>opensora simulate</c>: how good the model is, how far one job scales, how long jobs wait.</summary>
public static class Simulator
{
    private static readonly double[] s_loads = [0.1, 0.3, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95];
    private static readonly string[] s_lengths = ["2s", "4s", "8s", "16s"];

    /// <exception cref="InputException">A value is out of range or not known.</exception>
    public static SimulationReport Run(SimulationRequest request, CancellationToken cancel)
    {
        Check(request);
        CardType card = CardTypes.Named(request.CardType, CardTypes.Known(request.CardTypes));
        bool Wants(string scenario) => request.Scenario is "all" || request.Scenario == scenario;
        long events = 0;
        ScalingReport[]? scaling = Wants("scaling")
            ? [Scale(request, card, "unit by unit", together: false, ref events, cancel), Scale(request, card, "several equal units a call", together: true, ref events, cancel)]
            : null;
        return new SimulationReport
        {
            Units = Wants("units") ? UnitSizes.Of(request, card, ref events, cancel) : null,
            Seed = request.Generation.Seed,
            Calibration = Wants("calibration") ? Calibration.Standard.Report() : null,
            Scaling = scaling,
            Service = Wants("service") ? Serve(request, card, ref events, cancel) : null,
            Sharing = request.Scenario == "sharing" ? SharingScenario.Of(request, card, cancel) : null,
            Events = events,
        };
    }

    private static void Check(SimulationRequest request)
    {
        GenerationRules.Check(request.Generation with { Prompts = ["simulated"] });
        if (request.Scenario is not ("all" or "calibration" or "scaling" or "units" or "service" or "sharing"))
            throw new InputException($"--scenario '{request.Scenario}' is not known: give all, calibration, scaling, units, service or sharing");
        if (request.ClusterCards is < 1 or > 65536 || request.ClusterCards < request.Generation.Cards)
            throw new InputException($"--cluster {request.ClusterCards} is out of range: give at least the {request.Generation.Cards} cards of a job (--cards) and at most 65536");
        if (request.Jobs is < 1 or > 1_000_000)
            throw new InputException($"--jobs {request.Jobs} is out of range: give 1 to 1000000");
        if (!(request.FailuresPerCardDay is >= 0 and <= 1000))
            throw new InputException($"--failures {request.FailuresPerCardDay} is out of range: give 0 to 1000 failures of a card in a day");
    }

    internal static Job JobOf(SimulationRequest request, GenerationRequest generation, CardType card, long? rows = null, bool together = false) => new(
        ModelShape.Full, ClipGeometry.Of(generation), new AutoencoderUnits(generation.MicroFrameSize, generation.MicroBatchSize), card,
        generation.Dtype, generation.NumSamplingSteps, request.TextLength, Calibration.Standard.ShareOf(card), Calibration.LinkShareOf(card), rows, together);

    /// <summary>One clip on 1 card up to the most that can share it.</summary>
    private static ScalingReport Scale(SimulationRequest request, CardType card, string calls, bool together, ref long events, CancellationToken cancel)
    {
        Job job = JobOf(request, request.Generation, card, together: together);
        int most = Math.Min(GangPlan.MostRanks(job.Units.Frames), request.ClusterCards);
        List<JobPoint> points = [];
        foreach (int cards in Sensible.Counts(most).Append(Math.Min(most, request.Generation.Cards)).Distinct().Order())
        {
            cancel.ThrowIfCancellationRequested();
            StepResult step = job.Step(cards);
            points.Add(new JobPoint(
                cards, step.Seconds, JobSimulation.Run(job, cards).Total, job.Efficiency(cards), step.Waiting, step.BytesSent.Sum(),
                cards > card.CardsPerNode ? job.Step(cards, twoLevels: true).Seconds : null));
        }
        events += job.Events;
        return new ScalingReport(card.Name, $"{job.Clip.Nominal}, {job.Clip.Frames} frames", calls, job.Steps, points);
    }

    /// <summary>Jobs of the request's size and of four lengths over the cluster, at growing load.</summary>
    private static ServiceReport Serve(SimulationRequest request, CardType card, ref long events, CancellationToken cancel)
    {
        int gang = request.Generation.Cards;
        Job[] jobs = [.. s_lengths.Select(length => JobOf(request, request.Generation with { NumFrames = length }, card))];
        double[] seconds = [.. jobs.Select(job => JobSimulation.Run(job, gang).Total)];
        Service service = new(
            request.ClusterCards, gang, seconds, [.. jobs.Select(job => job.Step(gang).Seconds)], request.FailuresPerCardDay / (24 * 3600));
        List<LoadPoint> points = [];
        foreach (double load in s_loads)
        {
            cancel.ThrowIfCancellationRequested();
            (LoadPoint point, long counted) = ServiceSimulation.Run(service, load, request.Jobs, request.Generation.Seed);
            points.Add(point);
            events += counted;
        }
        events += jobs.Sum(job => job.Events);
        return new ServiceReport(
            card.Name, request.ClusterCards, gang, [.. s_lengths.Zip(seconds, (length, time) => new ServiceClip($"{request.Generation.Resolution} {length}", time))],
            request.FailuresPerCardDay, points);
    }
}
