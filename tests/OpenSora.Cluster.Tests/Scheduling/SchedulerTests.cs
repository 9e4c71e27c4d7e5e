using OpenSora.Scheduling;
using OpenSora.Contracts.Videos;

namespace OpenSora.Cluster.Tests.Scheduling;

public sealed class SchedulerTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddDays(1);
    private static readonly Dictionary<string, int> Eight = new() { ["a"] = 8 };

    [Fact]
    public void TheOnlyOneGetsAllThatItCanUse()
    {
        Assert.Equal([new Start("v", 8, "a")], Decide([Waits("v")]));
        Assert.Equal([new Start("v", 3, "a")], Decide([Waits("v") with { MostUseful = 3 }]));
        Assert.Equal([new Start("v", 2, "a")], Decide([Waits("v") with { Cards = 2 }]));
        Assert.Equal([new Start("v", 8, "a")], Decide([Waits("v") with { Cards = 20 }]));
    }

    [Fact]
    public void ForThroughputEachGetsOne() =>
        Assert.Equal([new Start("v", 1, "a"), new Start("w", 1, "a")], Decide([Waits("v"), Waits("w")], options: new() { Favours = Favours.Throughput }));

    [Fact]
    public void SeveralShareTheCards() =>
        Assert.Equal(
            [new Start("v", 2, "a"), new Start("w", 2, "a"), new Start("x", 2, "a"), new Start("y", 2, "a")], Decide([Waits("v"), Waits("w"), Waits("x"), Waits("y")]));

    [Fact]
    public void ADisjointGangOfEach()
    {
        IReadOnlyList<Start> starts = Decide([Waits("v") with { Cards = 3 }, Waits("w") with { Cards = 3 }, Waits("x") with { Cards = 3 }]);
        Assert.Equal(["v", "w"], starts.Select(start => start.Id));
        Assert.All(starts, start => Assert.Equal(3, start.Cards));
    }

    [Fact]
    public void OneWithACheckpointWaitsForItsKind()
    {
        Dictionary<string, int> cards = new() { ["a"] = 1, ["b"] = 5 };
        Assert.Equal([new Start("v", 1, "a")], Decide([Waits("v") with { Kind = "a" }], cards: cards));
        Assert.Equal([new Start("v", 5, "b")], Decide([Waits("v")], cards: cards));
        Assert.Empty(Decide([Waits("v") with { Kind = "c" }], cards: cards));
    }

    [Fact]
    public void AnOwnerHasItsShareAndNoMore()
    {
        SchedulerOptions options = new() { MostRunningOfOwner = 1 };
        Assert.Equal(["w"], Decide([Waits("v") with { Owner = "me", Cards = 1 }, Waits("w") with { Owner = "you", Cards = 1 }], running: [new RunningVideo("r", "me", 1, "a")], options: options).Select(start => start.Id));
    }

    [Fact]
    public void HigherPrioritiesAndShorterOnesGoFirstButNobodyStarves()
    {
        SchedulerOptions options = new();
        WaitingVideo old = Waits("old") with { Priority = VideoPriority.Low, Estimate = TimeSpan.FromHours(9) };
        TimeSpan bound = (2 * options.PriorityWorth) + options.MostForLength;
        WaitingVideo soon = Waits("soon") with { Priority = VideoPriority.High, Estimate = TimeSpan.Zero, Asked = old.Asked + bound - TimeSpan.FromSeconds(1), Sequence = 1 };
        WaitingVideo late = soon with { Id = "late", Asked = old.Asked + bound + TimeSpan.FromSeconds(1), Sequence = 2 };
        Assert.Equal(["soon", "old", "late"], new Scheduler(options).InOrder([late, old, soon]).Select(video => video.Id));
        WaitingVideo @short = Waits("short") with { Asked = Now.AddMinutes(5), Estimate = TimeSpan.FromSeconds(10) };
        WaitingVideo @long = Waits("long") with { Asked = Now, Estimate = TimeSpan.FromMinutes(30) };
        Assert.Equal(["short", "long"], new Scheduler(options).InOrder([@long, @short]).Select(video => video.Id));
    }

    [Fact]
    public void CardsAreKeptForOneThatWasPassedForLong()
    {
        RunningVideo[] running = [new RunningVideo("r", "r", 4, "a")];
        WaitingVideo large = Waits("large") with { Cards = 8, Asked = Now - TimeSpan.FromSeconds(10) }, small = Waits("small") with { Cards = 1, Sequence = 1 };
        Assert.Equal(["small"], Decide([large, small], running).Select(start => start.Id));
        Assert.Empty(Decide([large with { Asked = Now - TimeSpan.FromSeconds(40) }, small], running));
    }

    /// <summary>
    /// A day and a half of a service on 16 cards at nine tenths of what they can do: every request is served, nobody waits beyond
    /// the bound, and short ones are not stuck behind long ones.
    /// </summary>
    [Fact]
    public void TenThousandJobs()
    {
        Simulated result = Simulation.Run(new Scheduler(new SchedulerOptions()), jobs: 10_000, cards: 16, load: 0.9, seed: 1);
        Simulated fifo = Simulation.Run(new Scheduler(new SchedulerOptions { MostForLength = TimeSpan.Zero, PriorityWorth = TimeSpan.Zero }), jobs: 10_000, cards: 16, load: 0.9, seed: 1);
        Report($"wait in seconds, median / p95 / most: short {result.Short}, long {result.Long}, high priority {result.High}; in order of asking: short {fifo.Short}, long {fifo.Long}");
        Assert.Equal(10_000, result.Done);
        Assert.True(result.MostCards <= 16);
        Assert.True(result.Short.P95 < fifo.Short.P95, "short ones should wait less than in the order of asking");
        Assert.True(result.High.Median < result.Short.Median, "a high priority should count");
        Assert.True(result.Long.Most - fifo.Long.Most < Simulation.Bound.TotalSeconds, "nobody should wait longer than the bound says");
    }

    private void Report(string text) => output.WriteLine(text);

    private static IReadOnlyList<Start> Decide(WaitingVideo[] waiting, RunningVideo[]? running = null, Dictionary<string, int>? cards = null, SchedulerOptions? options = null) =>
        new Scheduler(options ?? new()).Decide(Now, waiting, running ?? [], cards ?? Eight);

    private static WaitingVideo Waits(string id) => new(id, id, VideoPriority.Normal, Now, 0, 0, 16, TimeSpan.FromMinutes(1), null);
}
