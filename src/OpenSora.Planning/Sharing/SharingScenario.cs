using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Planning;
using OpenSora.Layout.Units;
using OpenSora.Planning.Cards;
using OpenSora.Planning.Simulation;

namespace OpenSora.Planning.Sharing;

/// <summary>Answers: what is won when cards move after each step, against gangs that stay, and against one video on all cards?</summary>
internal static class SharingScenario
{
    /// <summary>What a change of a gang takes, as docs/scheduling.md has it measured.</summary>
    private const double ChangeSeconds = 0.1;

    /// <summary>Small ones are asked for more often.</summary>
    private static readonly (string Resolution, string Frames, double Weight)[] s_mix =
    [
        ("144p", "2s", 32), ("240p", "4s", 16), ("360p", "4s", 8), ("480p", "4s", 8), ("480p", "8s", 4), ("720p", "4s", 4), ("720p", "8s", 2), ("720p", "16s", 1),
    ];

    private static readonly double[] s_loads = [0.3, 0.5, 0.7, 0.85];

    public static SharingReport Of(SimulationRequest request, CardType card, CancellationToken cancel)
    {
        int cards = request.ClusterCards, gang = request.Generation.Cards;
        ClipKind[] clips = [.. s_mix.Select(clip => Clip(clip.Resolution, clip.Frames, clip.Weight, card, request))];
        SharingRule[] rules =
        [
            new($"first come, gangs of {gang}", gang, Moves: false, InOrder: true), new("first come, all cards", cards, Moves: false, InOrder: true),
            new("in the scheduler's order, cards stay", 0, Moves: false), new("cards move", 0, Moves: true),
        ];
        List<SharingPoint> points = [];
        foreach ((ArrivalPattern pattern, double load) in new[] { ArrivalPattern.Poisson, ArrivalPattern.Bursts, ArrivalPattern.HeavyTails }
            .SelectMany(pattern => s_loads.Select(load => (pattern, load))).Append((ArrivalPattern.AtOnce, 1)))
        {
            IReadOnlyList<Asked> asked = Arrivals.Draw(clips, pattern, load, cards, request.Jobs, (int)request.Generation.Seed);
            foreach (SharingRule rule in rules)
            {
                cancel.ThrowIfCancellationRequested();
                SharingResult result = SharingSimulation.Run(asked, rule, cards, ChangeSeconds);
                points.Add(new SharingPoint(
                    pattern.ToString(), load, rule.Name, result.PerHour, result.Mean, result.Latency(0.5), result.Latency(0.95), result.Latency(0.99), result.Changes, result.Evictions));
            }
        }
        double all = clips.Sum(clip => clip.Weight);
        return new SharingReport(card.Name, cards, request.Jobs, ChangeSeconds, [.. clips.Select(clip => new SharedClip(clip.Name, clip.Weight / all, clip.Work, clip.Work / cards / Seconds(clip, cards)))], points);
    }

    private static ClipKind Clip(string resolution, string frames, double weight, CardType card, SimulationRequest request)
    {
        GenerationRequest generation = new() { Resolution = resolution, NumFrames = frames };
        Job job = Simulator.JobOf(request, generation, card);
        return new ClipKind(
            $"{resolution} {frames}", job.Steps, cards => job.Step(cards).Seconds, job.Decode.Chunks.Count, job.Decode.Chunks.Average(job.ChunkSeconds), 2 * job.Clip.Latent.Frames, (int)Math.Min(int.MaxValue, 2 * job.Units.Count(TokenLayout.Frames)), weight);
    }

    private static double Seconds(ClipKind clip, int cards) =>
        (clip.Steps * clip.StepSeconds(Math.Min(cards, clip.MostUseful))) + (Math.Ceiling((double)clip.Chunks / cards) * clip.ChunkSeconds);
}
