using OpenSora.Contracts;
using OpenSora.Contracts.Generation;
using OpenSora.FakeCard;

namespace OpenSora.Cluster.Tests.Gangs;

/// <summary>What can go wrong with a card short of its death: the job ends with the same bytes, and says what was.</summary>
public sealed class TroubleTests
{
    [Theory]
    [InlineData("drop", 1)]
    [InlineData("corrupt", 1)]
    [InlineData("delay", 0)]
    [InlineData("fail", 1)]
    [InlineData("accuse", 1)]
    public async Task InTheMiddleOfAStep(string kind, int recomputed)
    {
        GenerationReport report = await TroubleWith(kind, TestCluster.Patient);
        Assert.True(report.RecomputedSteps <= recomputed, $"{report.RecomputedSteps} steps were begun again");
        Assert.Empty(report.Losses);
    }

    /// <summary>It is found by its silence, so a busy machine may take another for it, too.</summary>
    [Fact]
    public async Task ACardThatFreezesInTheMiddleOfAStep()
    {
        GenerationReport report = await TroubleWith("freeze", TestCluster.Quick);
        Assert.Contains("card-1", report.Losses.Select(loss => loss.Name));
        Assert.InRange(report.RecomputedSteps, 0, report.Losses.Count);
    }

    private static async Task<GenerationReport> TroubleWith(string kind, ClusterOptions options)
    {
        await using TestCluster cluster = await TestCluster.Start(3, options);
        await cluster.Cards(3);
        GenerationHashes expected = (await cluster.Generate(cluster.Request("calm", 3))).Hashes;
        GenerationReport report = await cluster.Generate(cluster.Request(kind, 3, new FakeSettings { Faults = [new Fault("card-1", "step", 3, "during", kind)] }));
        Assert.Equal(expected, report.Hashes);
        return report;
    }

    [Fact]
    public async Task ACardThatKeepsFailingIsLeftOut()
    {
        await using TestCluster cluster = await TestCluster.Start(2);
        await cluster.Cards(2);
        // Twice is enough, unless the first time the other card had not handed in the first step yet: it is done again then, which counts for the card.
        Fault[] often = [.. Enumerable.Range(0, 3).Select(_ => new Fault("card-1", "step", 2, "before", "fail"))];
        GenerationReport report = await cluster.Generate(cluster.Request("failing", 2, new FakeSettings { Faults = often }));
        CardLoss loss = Assert.Single(report.Losses);
        Assert.Equal(("card-1", "denoise"), (loss.Name, loss.Stage));
        Assert.InRange(loss.Step, 0, 1); // the other card may not have handed in the first step yet
        Assert.Contains("as it was told to", loss.Cause);
    }

    /// <summary>A card that was stopped while it loaded is not loaded; nobody may ask it again and again.</summary>
    [Fact]
    public async Task StoppedWhileNetworksAreLoadedItEndsAndFreesTheCards()
    {
        await using TestCluster cluster = await TestCluster.Start(2);
        await cluster.Cards(2);
        using CancellationTokenSource stop = new();
        Fault[] slow = [.. new[] { "card-0", "card-1" }.Select(card => new Fault(card, "load", 0, "before", "delay"))];
        Task<GenerationReport> stopped = cluster.Generate(cluster.Request("stopped", 2, new FakeSettings { Faults = slow }), tell: happened =>
        {
            if (happened is Progress { Stage: "load" })
                stop.CancelAfter(50);
        }, cancel: stop.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopped.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal(2, (await cluster.Generate(cluster.Request("next", 2))).CardUses.Count);
    }

    [Fact]
    public async Task ACardThatIsToldToLeaveGoesBetweenTwoSteps()
    {
        await using TestCluster cluster = await TestCluster.Start(2);
        await cluster.Cards(2);
        GenerationHashes expected = (await cluster.Generate(cluster.Request("calm", 2))).Hashes;
        GenerationReport report = await cluster.Generate(cluster.Request(
            "leaving", 2, new FakeSettings { StepMilliseconds = 250, Faults = [new Fault("card-1", "step", 2, "before", "leave")] }));
        Assert.Equal(expected, report.Hashes);
        Assert.Equal((0, 0), (report.RecomputedSteps, report.Losses.Count));
        Assert.True(report.CardUses.Single(use => use.Name == "card-1").TokensComputed < report.CardUses.Single(use => use.Name == "card-0").TokensComputed);
    }

    [Fact]
    public async Task ACardThatJoinsWorksFromThenOn()
    {
        await using TestCluster cluster = await TestCluster.Start(1);
        GenerationHashes expected = (await cluster.Generate(cluster.Request("calm"))).Hashes;
        GenerationRequest request = cluster.Request("joined", 1, new FakeSettings { StepMilliseconds = 100, Gate = "open" }) with { NumSamplingSteps = 5 };
        Task<GenerationReport> running = cluster.Generate(request, most: 8);
        using System.Diagnostics.Process joined = cluster.StartCard("guest", "--threads", "1");
        while (!File.Exists(Path.Combine(request.SaveDir, "loaded-guest")))
            await Task.WhenAny(running, Task.Delay(20));
        await File.WriteAllTextAsync(Path.Combine(request.SaveDir, "open"), "");
        GenerationReport report = await running;
        Assert.Equal(expected, report.Hashes);
        Assert.Equal((0, 0), (report.RecomputedSteps, report.Losses.Count));
        Assert.True(report.CardUses.Single(use => use.Name == "guest").TokensComputed > 0);
    }

    [Fact]
    public async Task ACardOfAnotherKindIsToldAndDoesNotShare()
    {
        await using TestCluster cluster = await TestCluster.Start(1);
        await cluster.Cards(1);
        using System.Diagnostics.Process other = cluster.StartCard("other", "--kind", "other kernels");
        await cluster.Cards(2);
        List<CardEvent> told = [];
        GenerationReport report = await cluster.Generate(cluster.Request("two"), most: 8, tell: told.Add);
        Assert.DoesNotContain(report.CardUses, use => use.Name == "other");
        Assert.Contains(told.OfType<Notice>(), notice => notice.Message.Contains("other kernels", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ADeviceThatAlwaysFailsEndsTheJobWithItsWords()
    {
        await using TestCluster cluster = await TestCluster.Start(1, TestCluster.Patient with { MostFruitlessEpochs = 3 });
        Fault[] always = [.. Enumerable.Repeat(new Fault("", "step", 2, "before", "fail"), 50)];
        CardException failed = await Assert.ThrowsAsync<CardException>(() => cluster.Generate(cluster.Request("failing", 1, new FakeSettings { Faults = always })));
        Assert.Contains("as it was told to", failed.Message);
        Assert.Contains($"--resume {Assert.Single(cluster.Store.Jobs())}", failed.Message);
    }
}
