using OpenSora.Cluster.Gangs;
using OpenSora.Contracts;
using OpenSora.Contracts.Generation;
using OpenSora.FakeCard;
using OpenSora.TestKit;

namespace OpenSora.Cluster.Tests.Gangs;

/// <summary>A card that computes one bit otherwise is found where its step is checked, and named; the video has the right bytes.</summary>
public sealed class SelfCheckTests
{
    private const int Steps = 5;

    [Theory]
    [InlineData(3, null)]
    [InlineData(4, null)]
    [InlineData(3, "pab")]
    public async Task AFlipAtAnyStepOfAnyCardIsFound(int cards, string? cache)
    {
        await using TestCluster cluster = await TestCluster.Start(cards);
        await cluster.Cards(cards);
        GenerationReport calm = await cluster.Generate(cluster.Request("calm", cards) with { Cache = cache });
        Assert.Null(calm.SelfCheck);
        GenerationReport without = await Run(cluster, "unseen", cards, 0, cache, Flip("card-1", 2));
        Assert.NotEqual(calm.Hashes, without.Hashes);
        for (int step = 1; step <= Steps; step += Thorough.IsAsked ? 1 : 2)
        {
            await cluster.Cards(cards);
            string card = $"card-{step % cards}";
            GenerationReport report = await Run(cluster, $"flip-{step}", cards, 1, cache, Flip(card, step));
            Assert.Equal(calm.Hashes, report.Hashes);
            Assert.Equal(calm.Trail!.Seal, report.Trail!.Seal);
            CardLoss loss = Assert.Single(report.Losses);
            Assert.Equal(card, loss.Name);
            Assert.Contains($"of step {step}", loss.Cause);
            Assert.Equal(new SelfCheckUse(1, Steps, 1), report.SelfCheck);
        }
    }

    /// <summary>Each time anew: it is always alone against two, and no later start of it takes part.</summary>
    [Fact]
    public async Task ACardThatAlwaysComputesOtherwiseIsRetired()
    {
        await using TestCluster cluster = await TestCluster.Start(3);
        await cluster.Cards(3);
        GenerationReport calm = await cluster.Generate(cluster.Request("calm", 3));
        GenerationReport report = await Run(cluster, "liar", 3, 1, null, [.. Enumerable.Range(1, Steps).Select(step => new Fault("card-2", "step", step, "flip", "always"))]);
        Assert.Equal(calm.Hashes, report.Hashes);
        Assert.Equal("card-2", Assert.Single(report.Losses).Name);
        Assert.Equal(new SelfCheckUse(1, Steps, 1), report.SelfCheck);
    }

    /// <summary>One of two that errs once contradicts itself; two that each stand by their word cannot be told apart.</summary>
    [Fact]
    public async Task OfTwoCardsOneThatErrsOnceIsNamed()
    {
        await using TestCluster cluster = await TestCluster.Start(2);
        await cluster.Cards(2);
        GenerationReport calm = await cluster.Generate(cluster.Request("calm", 2));
        GenerationReport once = await Run(cluster, "once", 2, 1, null, Flip("card-1", 3));
        Assert.Equal(calm.Hashes, once.Hashes);
        Assert.Equal("card-1", Assert.Single(once.Losses).Name);
        await cluster.Cards(2);
        CardException undecided = await Assert.ThrowsAsync<CardException>(() => Run(cluster, "always", 2, 1, null, [new Fault("card-1", "step", 3, "flip", "always")]));
        Assert.Contains("give one card more", undecided.Message);
    }

    [Fact]
    public async Task ACardThatDiesWithinACheckCostsOneStep()
    {
        await using TestCluster cluster = await TestCluster.Start(3);
        await cluster.Cards(3);
        GenerationReport calm = await cluster.Generate(cluster.Request("calm", 3));
        GenerationReport report = await Run(cluster, "killed", 3, 1, null, new Fault("card-1", "step", 3, "before", "kill"));
        Assert.Equal(calm.Hashes, report.Hashes);
        Assert.Equal((1, 1, 0), (report.Losses.Count, report.RecomputedSteps, report.SelfCheck!.Differences));
    }

    /// <summary>With a share p a flip is found in p of the runs: in those whose seed draws its step, and in no others.</summary>
    [Fact]
    public async Task AShareFindsItsShare()
    {
        const double share = 0.05;
        int runs = Thorough.IsAsked ? 200 : 10, found = 0;
        await using TestCluster cluster = await TestCluster.Start(3);
        // Some of the few runs find it, too.
        long[] seeds = Thorough.IsAsked ? [.. Enumerable.Range(0, runs).Select(seed => (long)seed)] : [.. Enumerable.Range(0, 200).Select(seed => (long)seed).OrderByDescending(Draws).Take(3), 1, 2, 3];
        foreach (long seed in seeds)
        {
            await cluster.Cards(3);
            GenerationReport report = await Run(cluster, $"seed-{seed}", 3, share, null, seed, Flip($"card-{seed % 3}", StepOf(seed)));
            Assert.True(report.Losses.Count == (Draws(seed) ? 1 : 0), $"seed {seed}: {string.Join(", ", report.Losses)}");
            found += report.Losses.Count;
        }
        Assert.True(found > 0);
        if (Thorough.IsAsked)
            Assert.InRange(found, (runs * share) - (3 * Math.Sqrt(runs * share * (1 - share))), (runs * share) + (3 * Math.Sqrt(runs * share * (1 - share))));

        static int StepOf(long seed) => 1 + (int)(seed % Steps);
        static bool Draws(long seed) => new StepChecks(share, seed, 0, 0).IsDrawn(StepOf(seed));
    }

    private static Fault Flip(string card, int step) => new(card, "step", step, "flip", "once");

    private static Task<GenerationReport> Run(TestCluster cluster, string name, int cards, double share, string? cache, params Fault[] faults) => Run(cluster, name, cards, share, cache, 42, faults);

    private static Task<GenerationReport> Run(TestCluster cluster, string name, int cards, double share, string? cache, long seed, params Fault[] faults) =>
        cluster.Generate(cluster.Request(name, cards, new FakeSettings { Faults = faults }) with { SelfCheck = share, Cache = cache, Seed = seed });
}
