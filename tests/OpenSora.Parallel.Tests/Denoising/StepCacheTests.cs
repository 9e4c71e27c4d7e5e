using OpenSora.Contracts.Generation;
using OpenSora.Inference;
using OpenSora.Inference.Stages;
using OpenSora.Inference.Transformer.Caching;
using OpenSora.Layout.Gangs;
using OpenSora.Layout.Units;
using OpenSora.Parallel.Denoising;
using OpenSora.Parallel.Switching;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Parallel.Tests.Denoising;

/// <summary>With <c>--cache</c>, too, any number of ranks gives the bytes of one, from the start and from where a gang may go on.</summary>
public class StepCacheTests
{
    /// <summary>The window of broadcasting is steps 4 to 11: temporal attention is evaluated in 4 and 8, cross-attention in 4 and 10.</summary>
    private const int Steps = 14;

    [Theory]
    [InlineData("pab", false, false)]
    [InlineData("pab", true, true)]
    [InlineData("fb:0.5", false, false)]
    [InlineData("fb:0.5", true, true)]
    [InlineData("fb:1", false, true)]
    public void Any_number_of_ranks_gives_the_same_bytes_and_sends_what_the_schedule_says(string word, bool bf16, bool edited)
    {
        StepCache rule = StepCache.Parse(word)!;
        using SmallModel small = new(5, 5, 9, 19, bf16 ? new Precision(ScalarType.BFloat16, ScalarType.BFloat16) : Precision.Float32, edited, Steps);
        Outcome alone = Denoise(small, 1, rule)[0];
        Assert.True(alone.Parts.Taken > 0);
        Assert.Equal(PartsOfAllForwards(small, 1, 0), alone.Parts.Evaluated + alone.Parts.Taken);
        foreach (int ranks in new[] { 2, 3, 4, 5, 10 })
        {
            Outcome[] outcomes = Denoise(small, ranks, rule);
            for (int rank = 0; rank < ranks; rank++)
            {
                AssertSameFrames(small, ranks, rank, alone, outcomes[rank], 0);
                AssertTraffic(small, rule, ranks, rank, outcomes[rank]);
            }
        }
    }

    /// <summary>From a fresh step, by another gang that has seen none of the steps before.</summary>
    [Theory]
    [InlineData("pab", false)]
    [InlineData("pab", true)]
    [InlineData("fb:0.5", false)]
    [InlineData("fb:0.5", true)]
    public void Another_gang_goes_on_from_a_fresh_step(string word, bool edited)
    {
        StepCache rule = StepCache.Parse(word)!;
        using SmallModel small = new(5, 5, 9, 19, Precision.Float32, edited, Steps);
        Outcome alone = Denoise(small, 1, rule)[0];
        int[] fresh = [.. Enumerable.Range(1, Steps - 1).Where(step => rule.IsFresh(step, Steps))];
        Assert.Equal(rule.Kind == StepCacheKind.Broadcast ? [1, 2, 3, 4, 12, 13] : [8], fresh);
        foreach (int first in fresh)
            foreach (int ranks in new[] { 2, 3 })
            {
                Outcome[] outcomes = Denoise(small, ranks, rule, alone.States[first - 1], first);
                for (int rank = 0; rank < ranks; rank++)
                    AssertSameFrames(small, ranks, rank, alone, outcomes[rank], first);
            }
    }

    [Fact]
    public void Where_nothing_is_the_same_the_bytes_are_those_without_a_cache()
    {
        using SmallModel small = new(5, 5, 9, 19, Precision.Float32, true, Steps);
        byte[][][] expected = small.Alone();
        foreach (int ranks in new[] { 1, 3 })
        {
            Outcome[] outcomes = Denoise(small, ranks, new StepCache(StepCacheKind.FirstBlock, 1e-9));
            Assert.All(outcomes, outcome => Assert.Equal(0, outcome.Parts.Taken));
            for (int rank = 0; rank < ranks; rank++)
                AssertSameFrames(small, ranks, rank, new Outcome([.. expected], outcomes[rank].Counts, outcomes[rank].Parts), outcomes[rank], 0);
        }
    }

    private static void AssertTraffic(SmallModel small, StepCache rule, int ranks, int rank, Outcome outcome)
    {
        RankCounts counts = outcome.Counts;
        GangPlan plan = GangPlan.For(small.Clip.Plan, ranks);
        Traffic traffic = Traffic.Of(plan, small.Model.Config, small.ElementSize);
        int samples = SmallModel.Samples, parts = PartsOfBlock * (2 * small.Model.Config.Depth - 1);
        if (rule.Kind == StepCacheKind.Broadcast)
        {
            Assert.Equal(samples * Enumerable.Range(0, Steps).Sum(step => traffic.TokenBytes(rank, rule, step, Steps)), counts.TokenBytesSent);
            Assert.Equal(0, counts.SumBytesSent);
        }
        else
        {
            long leftOut = outcome.Parts.Taken / parts;
            Assert.Equal(samples * Steps * traffic.TokenBytes(rank) - leftOut * traffic.TokenBytesLeftOut(rank), counts.TokenBytesSent);
        }
        Assert.Equal(samples * Steps * traffic.VelocityBytesSent(rank), counts.VelocityBytesSent);
        Assert.Equal(PartsOfAllForwards(small, ranks, rank), outcome.Parts.Evaluated + outcome.Parts.Taken);
    }

    private const int PartsOfBlock = 3;

    private static long PartsOfAllForwards(SmallModel small, int ranks, int rank) =>
        (long)PartsOfBlock * 2 * small.Model.Config.Depth * SmallModel.Samples * Steps * GangPlan.For(small.Clip.Plan, ranks).HalvesOf(rank).Count;

    /// <summary>The states that a rank hands in are its frames of those of one rank.</summary>
    private static void AssertSameFrames(SmallModel small, int ranks, int rank, Outcome alone, Outcome outcome, int first)
    {
        GangPlan plan = GangPlan.For(small.Clip.Plan, ranks);
        Run frames = plan.SeatOf(rank).Frames;
        Assert.Equal(Steps - first, outcome.States.Count);
        for (int step = 0; step < outcome.States.Count; step++)
            for (int sample = 0; sample < SmallModel.Samples; sample++)
            {
                byte[] whole = alone.States[first + step][sample];
                int frame = whole.Length / (int)plan.Units.Frames;
                Assert.Equal(whole.AsSpan((int)frames.First * frame, (int)frames.Count * frame).ToArray(), outcome.States[step][sample]);
            }
    }

    private sealed record Outcome(List<byte[][]> States, RankCounts Counts, (long Evaluated, long Taken) Parts);

    private static Outcome[] Denoise(SmallModel small, int ranks, StepCache rule, byte[][]? from = null, int first = 0)
    {
        Tensor[] latents = small.Start();
        foreach ((Tensor latent, byte[] state) in latents.Zip(from ?? []))
            latent.bytes = state;
        return Gang.Run(ranks, mesh =>
        {
            using DisposeScope scope = NewDisposeScope();
            RankCounters counters = new();
            List<byte[][]> states = [];
            using StepCaches caches = new(rule, Steps);
            DenoiseStage.Run(
                small.Model, small.Clip, small.Share(latents, first) with { Caches = caches },
                new GuidanceRanks(GangPlan.For(small.Clip.Plan, mesh.Ranks), mesh, counters), step => states.Add([.. step.State.Select(sample => Gang.Bytes(sample.Values))]), default);
            return new Outcome(states, counters.Now, caches.Parts);
        });
    }
}
