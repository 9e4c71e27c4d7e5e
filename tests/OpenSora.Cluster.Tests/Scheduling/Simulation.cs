using OpenSora.Scheduling;
using OpenSora.Contracts.Videos;

namespace OpenSora.Cluster.Tests.Scheduling;

/// <summary>Seconds of waiting.</summary>
internal readonly record struct Waits(double Median, double P95, double Most)
{
    public override string ToString() => $"{Median} / {P95} / {Most}";

    public static Waits Of(IEnumerable<double> seconds)
    {
        double[] sorted = [.. seconds.Order()];
        return new Waits(Math.Round(sorted[sorted.Length / 2]), Math.Round(sorted[(int)(0.95 * sorted.Length)]), Math.Round(sorted[^1]));
    }
}

internal sealed record Simulated(int Done, int MostCards, Waits Short, Waits Long, Waits High);

/// <summary>A service in simulated time: requests of seeded random sizes, which take their work divided by their cards.</summary>
internal static class Simulation
{
    /// <summary>How much later than in the order of asking a request may begin.</summary>
    public static TimeSpan Bound { get; } = (2 * new SchedulerOptions().PriorityWorth) + new SchedulerOptions().MostForLength;

    public static Simulated Run(Scheduler scheduler, int jobs, int cards, double load, int seed)
    {
        Random random = new(seed);
        List<WaitingVideo> toCome = [];
        double clock = 0, mean = 0;
        for (int i = 0; i < jobs; i++)
        {
            bool isLong = random.NextDouble() < 0.1;
            TimeSpan work = TimeSpan.FromSeconds((isLong ? 3600 : 60) * (0.5 + random.NextDouble()));
            mean += work.TotalSeconds / jobs;
            VideoPriority priority = random.NextDouble() switch { < 0.1 => VideoPriority.High, < 0.2 => VideoPriority.Low, _ => VideoPriority.Normal };
            toCome.Add(new WaitingVideo($"v{i}", $"owner{random.Next(5)}", priority, default, i, random.NextDouble() < 0.3 ? 1 + random.Next(8) : 0, isLong ? 60 : 16, work, null));
        }
        double every = mean / (cards * load);
        for (int i = 0; i < jobs; i++)
            toCome[i] = toCome[i] with { Asked = DateTimeOffset.UnixEpoch.AddSeconds(clock += -every * Math.Log(1 - random.NextDouble())) };

        Dictionary<string, int> all = new() { ["kind"] = cards };
        List<WaitingVideo> waiting = [];
        PriorityQueue<RunningVideo, DateTimeOffset> ends = new();
        List<RunningVideo> running = [];
        List<(WaitingVideo Video, double Waited)> done = [];
        int next = 0, most = 0;
        while (next < jobs || ends.Count > 0)
        {
            DateTimeOffset now;
            if (next < jobs && (!ends.TryPeek(out _, out DateTimeOffset end) || toCome[next].Asked <= end))
            {
                now = toCome[next].Asked;
                waiting.Add(toCome[next++]);
            }
            else
            {
                ends.TryDequeue(out RunningVideo? over, out now);
                running.Remove(over!);
            }
            foreach (Start start in scheduler.Decide(now, waiting, running, all))
            {
                WaitingVideo video = waiting.Single(one => one.Id == start.Id);
                waiting.Remove(video);
                RunningVideo begun = new(start.Id, video.Owner, start.Cards, start.Kind, now + (video.Estimate / start.Cards));
                running.Add(begun);
                ends.Enqueue(begun, now + (video.Estimate / start.Cards));
                done.Add((video, (now - video.Asked).TotalSeconds));
            }
            most = Math.Max(most, running.Sum(video => video.Cards));
        }
        return new Simulated(
            done.Count, most, Of(video => video.Estimate < TimeSpan.FromMinutes(10)), Of(video => video.Estimate >= TimeSpan.FromMinutes(10)), Of(video => video.Priority == VideoPriority.High));

        Waits Of(Func<WaitingVideo, bool> which) => Waits.Of(done.Where(one => which(one.Video)).Select(one => one.Waited));
    }
}
