using OpenSora.Contracts.Videos;
using OpenSora.Planning.Sharing;
using OpenSora.Scheduling;

namespace OpenSora.Planning.Tests.Sharing;

/// <summary>The scheduler in simulated time: cards move after each step.</summary>
public sealed class SharingTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private const int Cards = 16;
    private const double Change = 0.1;

    private static readonly SharingRule s_moves = new("cards move", 0, Moves: true), s_gangs = new("gangs of 4", 4, Moves: false, InOrder: true), s_all = new("all cards", Cards, Moves: false, InOrder: true);

    /// <summary>From 144p, 2 s to 720p, 16 s: two hundred times the work. Small ones have little to share.</summary>
    private static readonly ClipKind[] s_clips =
    [
        Clip("144p 2s", 0.1, 4, 3, 40), Clip("240p 4s", 0.5, 12, 6, 20), Clip("480p 4s", 2, 60, 6, 10), Clip("720p 8s", 8, 60, 12, 4), Clip("720p 16s", 17, 60, 24, 1),
    ];

    private static ClipKind Clip(string name, double step, int sensible, int chunks, double weight) =>
        new(name, 30, cards => step / Math.Pow(Math.Min(cards, sensible), 0.93), chunks, step / 10, 60, sensible, weight);

    [Theory]
    [InlineData(ArrivalPattern.Poisson, 0.5)]
    [InlineData(ArrivalPattern.Poisson, 0.8)]
    [InlineData(ArrivalPattern.Bursts, 0.5)]
    [InlineData(ArrivalPattern.Bursts, 0.8)]
    [InlineData(ArrivalPattern.HeavyTails, 0.5)]
    [InlineData(ArrivalPattern.HeavyTails, 0.8)]
    public void MovingCardsServeSoonerAndNoFewer(object pattern, double load)
    {
        foreach (int seed in new[] { 1, 2, 3 })
        {
            IReadOnlyList<Asked> asked = Arrivals.Draw(s_clips, (ArrivalPattern)pattern, load, Cards, 400, seed);
            SharingResult moves = SharingSimulation.Run(asked, s_moves, Cards, Change), gangs = SharingSimulation.Run(asked, s_gangs, Cards, Change), all = SharingSimulation.Run(asked, s_all, Cards, Change);
            output.WriteLine($"{pattern} {load} {seed}: mean {moves.Mean:0.0}, gangs {gangs.Mean:0.0}, all {all.Mean:0.0}; p99 {moves.Latency(0.99):0}, {gangs.Latency(0.99):0}, {all.Latency(0.99):0}; an hour {moves.PerHour:0}, {gangs.PerHour:0}, {all.PerHour:0}");
            Assert.All(new[] { moves, gangs, all }, result => Assert.Equal((400, true), (result.All.Count, result.MostCards <= Cards)));
            Assert.True(moves.Mean < gangs.Mean && moves.Mean < all.Mean, "the mean should be shorter than with cards that stay");
            Assert.True(moves.PerHour > 0.97 * Math.Max(gangs.PerHour, all.PerHour), "as many should be done");
        }
    }

    /// <summary>The same input gives the same answer.</summary>
    [Fact]
    public void IsRepeatable()
    {
        IReadOnlyList<Asked> asked = Arrivals.Draw(s_clips, ArrivalPattern.HeavyTails, 0.8, Cards, 300, 5);
        Assert.Equal(SharingSimulation.Run(asked, s_moves, Cards, Change).All, SharingSimulation.Run(asked, s_moves, Cards, Change).All);
    }

    /// <summary>All else being equal, they begin and end in the order of their asking: equals take nothing from each other.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    public void EqualsBeginInTheirOrder(int cards)
    {
        Asked[] asked = [.. Enumerable.Range(0, 60).Select(i => new Asked($"v{i:00}", i, s_clips[1], "me", VideoPriority.Normal, 1))];
        SharingResult result = SharingSimulation.Run(asked, s_moves, cards, Change);
        Assert.Equal(asked.Select(one => one.Id), result.All.OrderBy(went => went.Began).ThenBy(went => went.Asked.At).Select(went => went.Asked.Id));
        Assert.Equal(0, result.Evictions);
    }

    [Fact]
    public void AnUrgentOneHasItsCardsWithinAStep()
    {
        foreach (int cards in new[] { 1, 4, 16 })
        {
            List<Asked> asked = [new("long", 0, s_clips[4], "me", VideoPriority.Normal, 1), new("urgent", 100, s_clips[0], "you", VideoPriority.High, 1)];
            SharingResult result = SharingSimulation.Run(asked, s_moves, cards, Change);
            Went urgent = result.All.Single(went => went.Asked.Id == "urgent");
            Assert.InRange(urgent.Began, 100, 100 + s_clips[4].StepSeconds(Math.Min(cards, s_clips[4].Sensible)) + Change);
            // The long one loses what the urgent one took, and what the changes of its gang take: some steps on fewer cards.
            double alone = SharingSimulation.Run(asked[..1], s_moves, cards, Change).All[0].Done;
            Assert.InRange(result.All.Single(went => went.Asked.Id == "long").Done, alone, alone + urgent.Latency + (5 * Change) + (2 * s_clips[4].StepSeconds(1)));
        }
    }

    /// <summary>However many short ones come, a long one is done within a bounded multiple of the time that it takes on its even share.</summary>
    [Fact]
    public void LongOnesAreNotStarved()
    {
        List<Asked> asked = [new("long", 0, s_clips[4], "me", VideoPriority.Low, 1)];
        asked.AddRange(Arrivals.Draw(s_clips[..2], ArrivalPattern.Bursts, 0.95, 4, 3000, 7).Select(one => one with { Priority = VideoPriority.Normal }));
        SharingResult result = SharingSimulation.Run(asked, s_moves, 4, Change);
        TimeSpan bound = (2 * new SchedulerOptions().PriorityWorth) + new SchedulerOptions().MostForLength + new SchedulerOptions().OwnerWindow;
        Went longest = result.All.Single(went => went.Asked.Id == "long");
        Assert.True(longest.Done < asked[^1].At, "it should not have to wait until nobody asks any more");
        Assert.InRange(longest.Latency, 0, s_clips[4].Work + bound.TotalSeconds);
    }

    /// <summary>One who asks for ten times as much has no more of the cards while both ask.</summary>
    [Fact]
    public void OwnersGetTheirSharesOverTime()
    {
        List<Asked> asked = [.. Enumerable.Range(0, 400).Select(i => new Asked($"many{i:000}", 0, s_clips[1], "many", VideoPriority.Normal, 1)), .. Enumerable.Range(0, 40).Select(i => new Asked($"few{i:00}", 1, s_clips[1], "few", VideoPriority.Normal, 1))];
        SharingResult result = SharingSimulation.Run(asked, s_moves, 4, Change);
        double end = result.All.Max(went => went.Done), few = result.All.Where(went => went.Asked.Owner == "few").Max(went => went.Done);
        // 440 alike: in the order of their asking, the few would be the last ones.
        Assert.True(few < 0.35 * end, $"the few were done at {few:0} of {end:0} s");
    }
}
