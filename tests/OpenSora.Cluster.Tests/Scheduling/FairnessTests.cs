using OpenSora.Cluster.Grains;
using OpenSora.Cluster.Scheduling;
using OpenSora.Scheduling;
using OpenSora.Contracts.Videos;

namespace OpenSora.Cluster.Tests.Scheduling;

/// <summary>First come, first served among equals: the queue in simulated time, with the estimates that it makes of what it has seen.</summary>
public sealed class FairnessTests
{
    private static readonly DateTimeOffset Begin = DateTimeOffset.UnixEpoch.AddDays(1);

    /// <summary>What a video of one unit of work takes on one card.</summary>
    private static readonly TimeSpan Unit = TimeSpan.FromSeconds(60);

    private static readonly SchedulerOptions Options = new();

    /// <summary>What ran before, and while they wait, teaches other and other lengths.</summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(1, 4)]
    [InlineData(2, 3)]
    [InlineData(3, 8)]
    public void FiftyOfTheSameBeginInTheirOrder(int seed, int cards)
    {
        Random random = new(seed);
        List<QueuedVideo> asked = [.. Enumerable.Range(0, 20).Select(i => Asked($"before{i}", i, work: random.Next(1, 50)))];
        asked.AddRange(Enumerable.Range(0, 50).Select(i => Asked($"same{i:00}", 30 + i, work: 5)));
        asked.AddRange(Enumerable.Range(0, 20).Select(i => Asked($"between{i}", 30 + (2 * i), work: random.Next(1, 50))));
        // Real lengths are not what the work says.
        IReadOnlyList<Begun> begun = Run(asked, cards, Options, video => Unit * (video.Work * (0.2 + (2 * random.NextDouble()))));
        Assert.Equal(asked.Count, begun.Count);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"same{i:00}"), begun.Where(one => one.Video.Id.StartsWith("same", StringComparison.Ordinal)).Select(one => one.Video.Id));
    }

    [Fact]
    public void AlsoWhereEachAsksForSomeCards()
    {
        List<QueuedVideo> asked = [.. Enumerable.Range(0, 50).Select(i => Asked($"same{i:00}", i, work: 5) with { Cards = 3 })];
        IReadOnlyList<Begun> begun = Run(asked, 8, Options, video => Unit * (1 + (video.Asked.Second % 7)));
        Assert.Equal(asked.Select(video => video.Id), begun.Select(one => one.Video.Id));
    }

    /// <summary>However much comes, far more than the cards can do: nobody is passed by one like it that came later than priorities allow.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void NobodyStarves(int seed)
    {
        Random random = new(seed);
        QueuedVideo[] asked = [.. Enumerable.Range(0, 1000).Select(i => Asked($"v{i}", i * 20, work: random.Next(10) == 0 ? 60 : 1, owner: $"owner{random.Next(4)}") with
        {
            Priority = (VideoPriority)random.Next(3),
            Cards = random.Next(3) == 0 ? random.Next(1, 9) : 0,
        })];
        IReadOnlyList<Begun> begun = Run(asked, 8, Options, video => Unit * video.Work);
        Assert.Equal(asked.Length, begun.Count);
        foreach (IGrouping<(double, int), Begun> alike in begun.GroupBy(one => (one.Video.Work, one.Video.Cards)))
        {
            DateTimeOffset latest = Begin;
            foreach (Begun one in alike)
            {
                Assert.True(one.Video.Asked > latest - (2 * Options.PriorityWorth), $"{one.Video} was passed by one that came at {latest}");
                latest = one.Video.Asked > latest ? one.Video.Asked : latest;
            }
        }
    }

    [Theory]
    [InlineData(500, "runs", "high", "normal", "low")]
    [InlineData(602, "runs", "normal", "high", "low")]
    public void APriorityCountsAsTenMinutes(int second, params string[] order)
    {
        QueuedVideo[] asked = [Asked("runs", 0, 20), Asked("normal", 1, 1), Asked("high", second, 1) with { Priority = VideoPriority.High }, Asked("low", 2, 1) with { Priority = VideoPriority.Low }];
        Assert.Equal(order, Run(asked, 1, Options, video => Unit * video.Work).Select(one => one.Video.Id));
    }

    /// <summary>One who asks for a hundred at once has no more than its share while others wait.</summary>
    [Fact]
    public void AnOwnerHasNoMoreThanItsShare()
    {
        SchedulerOptions options = new() { MostRunningOfOwner = 2, Favours = Favours.Throughput };
        List<QueuedVideo> asked = [.. Enumerable.Range(0, 100).Select(i => Asked($"many{i:000}", 0, 1, "many")), .. Enumerable.Range(0, 10).Select(i => Asked($"few{i}", 1 + i, 1, "few"))];
        IReadOnlyList<Begun> begun = Run(asked, 4, options, video => Unit * video.Work);
        Assert.Equal(110, begun.Count);
        foreach (Begun one in begun)
            Assert.InRange(begun.Count(other => other.Video.Owner == one.Video.Owner && other.At <= one.At && other.At + Unit > one.At), 1, 2);
        // Two at a time, the ten are done within five times of one.
        Assert.True(begun.Last(one => one.Video.Owner == "few").At <= Begin + (6 * Unit));
    }

    private sealed record Begun(QueuedVideo Video, DateTimeOffset At, int Cards);

    private static QueuedVideo Asked(string id, int second, double work, string owner = "me") => new(id, owner, VideoPriority.Normal, Begin.AddSeconds(second), 0, 16, work, null, Begins: false);

    /// <summary>In the order of their beginnings.</summary>
    private static List<Begun> Run(IEnumerable<QueuedVideo> asked, int cards, SchedulerOptions options, Func<QueuedVideo, TimeSpan> lasts)
    {
        Scheduler scheduler = new(options);
        WaitingLine line = new();
        Queue<QueuedVideo> toCome = new(asked.OrderBy(video => video.Asked));
        Dictionary<string, QueuedVideo> known = asked.ToDictionary(video => video.Id);
        Dictionary<string, int> all = new() { ["kind"] = cards };
        List<RunningVideo> running = [];
        PriorityQueue<(RunningVideo Video, double CardSeconds), DateTimeOffset> ends = new();
        List<Begun> begun = [];
        while (toCome.Count > 0 || ends.Count > 0)
        {
            DateTimeOffset now;
            if (toCome.TryPeek(out QueuedVideo? next) && (!ends.TryPeek(out _, out DateTimeOffset end) || next.Asked <= end))
            {
                now = next.Asked;
                line.Add(toCome.Dequeue());
            }
            else
            {
                ends.TryDequeue(out (RunningVideo Video, double CardSeconds) over, out now);
                running.Remove(over.Video);
                line.Over(over.Video.Id, over.CardSeconds);
            }
            foreach (Start start in scheduler.Decide(now, line.All, running, all))
            {
                Assert.True(line.Remove(start.Id, out WaitingVideo? video));
                TimeSpan lasting = lasts(known[start.Id]) / start.Cards;
                RunningVideo works = new(start.Id, video.Owner, start.Cards, start.Kind, video.Estimate > TimeSpan.Zero ? now + (video.Estimate / start.Cards) : null);
                running.Add(works);
                ends.Enqueue((works, lasting.TotalSeconds * start.Cards), now + lasting);
                begun.Add(new Begun(known[start.Id], now, start.Cards));
            }
            Assert.True(running.Sum(video => video.Cards) <= cards);
        }
        return begun;
    }
}
