using OpenSora.Contracts.Videos;

namespace OpenSora.Scheduling;

/// <summary>
/// Who works next, on how many cards: a function of who waits, who works and which cards there are. It has neither clock nor
/// memory, so the same situation always gives the same answer.
/// </summary>
/// <remarks>
/// Requests stand in the order of the moment at which they would have been asked for, were they ordinary and short: a higher
/// priority counts as an earlier moment (<see cref="SchedulerOptions.PriorityWorth"/> a level), a longer one as a later
/// (its own estimate, up to <see cref="SchedulerOptions.MostForLength"/>), and one of an owner that has had more than its share as a later one, up to
/// <see cref="SchedulerOptions.OwnerWindow"/>. So short ones pass long ones, and nobody starves: a request is passed in this order only by those that
/// came less than 2 · PriorityWorth + MostForLength + OwnerWindow after it. While the
/// first in line waits for more cards than are free, others start that take none of its cards, or are done before it could
/// start (EASY backfilling, Lifka 1995): they pass it and do not delay it, as far as estimates hold. Where there are no
/// estimates yet, others pass it for <see cref="SchedulerOptions.Backfill"/>.
/// </remarks>
public sealed partial class Scheduler(SchedulerOptions options)
{
    /// <summary>Decides whom to start now, on cards of which kind.</summary>
    /// <param name="cards">Cards that can work, by kind; those of <paramref name="running"/> included.</param>
    public IReadOnlyList<Start> Decide(
        DateTimeOffset now, IReadOnlyCollection<WaitingVideo> waiting, IReadOnlyCollection<RunningVideo> running, IReadOnlyDictionary<string, int> cards)
    {
        Dictionary<string, int> free = cards.ToDictionary(kind => kind.Key, kind => kind.Value - running.Where(video => video.Kind == kind.Key).Sum(video => video.Cards));
        Dictionary<string, int> ofOwner = running.CountBy(video => video.Owner).ToDictionary();
        List<Start> starts = [];
        Reservation? reserved = null;
        foreach (WaitingVideo video in InOrder(waiting))
        {
            if (ofOwner.GetValueOrDefault(video.Owner) >= options.MostRunningOfOwner)
                continue;
            if (Place(video, waiting.Count - starts.Count, running.Count + starts.Count, cards, free) is not { } start)
            {
                reserved ??= Reserve(now, video, running, starts, cards, free);
                continue;
            }
            if (reserved is { } first && first.Kind == start.Kind)
            {
                bool isDoneBefore = first.IsOpen || (video.Estimate > TimeSpan.Zero && now + (video.Estimate / start.Cards) <= first.At);
                if (!isDoneBefore && start.Cards > first.Spare)
                    continue;
                if (!isDoneBefore)
                    reserved = first with { Spare = first.Spare - start.Cards };
            }
            starts.Add(start);
            free[start.Kind] -= start.Cards;
            ofOwner[video.Owner] = ofOwner.GetValueOrDefault(video.Owner) + 1;
        }
        return starts;
    }

    /// <summary>Cards of a kind that are kept for the first in line.</summary>
    /// <param name="At">When there will be enough for it, as far as can be told.</param>
    /// <param name="Spare">Cards that are free then and that it does not take.</param>
    /// <param name="IsOpen">Nothing can be told, and it has not been passed for long.</param>
    private readonly record struct Reservation(string Kind, DateTimeOffset At, int Spare, bool IsOpen);

    private Reservation? Reserve(
        DateTimeOffset now, WaitingVideo video, IReadOnlyCollection<RunningVideo> running, List<Start> starts, IReadOnlyDictionary<string, int> cards, Dictionary<string, int> free)
    {
        if ((video.Kind ?? cards.OrderByDescending(kind => kind.Value).Select(kind => kind.Key).FirstOrDefault()) is not { } own || !cards.TryGetValue(own, out int all) || all == 0)
            return null; // its cards are not there: nothing can be kept for it
        int needed = Math.Min(Math.Min(video.Cards > 0 ? video.Cards : 1, video.MostUseful), all), there = free[own];
        bool isKnown = starts.Count == 0 && running.All(one => one.Until is not null);
        DateTimeOffset at = now;
        foreach (RunningVideo one in running.Where(one => one.Kind == own).OrderBy(one => one.Until ?? DateTimeOffset.MaxValue))
        {
            if (there >= needed)
                break;
            there += one.Cards;
            at = one.Until is { } until && until > now ? until : at;
        }
        return new Reservation(own, at, Math.Max(0, there - needed), IsOpen: !isKnown && now - video.Asked <= options.Backfill);
    }

    /// <summary>The order in which they would start if each could.</summary>
    public IOrderedEnumerable<WaitingVideo> InOrder(IEnumerable<WaitingVideo> waiting) =>
        waiting.OrderBy(Moment).ThenBy(video => video.Sequence);

    private DateTimeOffset Moment(WaitingVideo video)
    {
        TimeSpan length = video.Estimate < options.MostForLength ? video.Estimate : options.MostForLength;
        return video.Asked - ((int)video.Priority * options.PriorityWorth) + length + video.Debt;
    }

    /// <summary>Cards of one kind for a request; null when it has to wait.</summary>
    private Start? Place(WaitingVideo video, int waiting, int running, IReadOnlyDictionary<string, int> cards, Dictionary<string, int> free)
    {
        foreach ((string kind, int idle) in free.OrderByDescending(kind => kind.Value).ThenBy(kind => kind.Key, StringComparer.Ordinal))
        {
            if (idle == 0 || (video.Kind is { } own && own != kind))
                continue;
            int wanted = Math.Min(video.Cards > 0 ? video.Cards : Math.Min(Share(cards[kind], waiting, running), video.Sensible), video.MostUseful);
            // One that asks for more than there are gets all: it was told so when it asked.
            if (idle >= Math.Min(wanted, cards[kind]))
                return new Start(video.Id, Math.Min(wanted, idle), kind);
        }
        return null;
    }

    /// <summary>Cards for a request that leaves their number open.</summary>
    private int Share(int cards, int waiting, int running) => options.Favours == Favours.Throughput ? 1 : Math.Max(1, cards / Math.Max(1, waiting + running));
}

/// <summary>What requests that leave the number of cards open are after.</summary>
public enum Favours
{
    /// <summary>Each is done as soon as can be: all cards are shared between those that are there.</summary>
    Latency,

    /// <summary>As many as can be are done in a day: one card each, which moves no bytes between cards.</summary>
    Throughput,
}

/// <summary>How cards are given out.</summary>
public sealed record SchedulerOptions
{
    /// <summary>Default: latency.</summary>
    public Favours Favours { get; init; } = Favours.Latency;

    /// <summary>How much later a request of the next higher priority may come and still go first. Default: 10 min.</summary>
    public TimeSpan PriorityWorth { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How much later a shorter request may come, at the most, and still go first. Default: 10 min.</summary>
    public TimeSpan MostForLength { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How far back cards count that an owner has had, and the most that its requests stand back for them. Default: 10 min.</summary>
    public TimeSpan OwnerWindow { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The p of the speed k^p that k cards are taken to have. Range: above 0, below 1. Default: 0.8.</summary>
    public double Scaling { get; init; } = 0.8;

    /// <summary>How long the first in line may be passed by those that need fewer cards, where nobody knows how long they take. Default: 30 s.</summary>
    public TimeSpan Backfill { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Requests of one owner that are worked on at a time. Default: 16.</summary>
    public int MostRunningOfOwner { get; init; } = 16;

    /// <summary>Requests that wait, of all owners. Default: 1000.</summary>
    public int MostWaiting { get; init; } = 1000;

    /// <summary>Requests of one owner that wait. Default: 100.</summary>
    public int MostWaitingOfOwner { get; init; } = 100;
}

/// <summary>A request that waits.</summary>
/// <param name="Sequence">Tells apart those of one moment.</param>
/// <param name="Cards">That it asks for; 0 leaves it to the service.</param>
/// <param name="MostUseful">Cards that could share it.</param>
/// <param name="Estimate">How long it would work on one card, roughly.</param>
/// <param name="Kind">That its cards must be of: it was begun before. Null: any.</param>
public sealed record WaitingVideo(
    string Id, string Owner, VideoPriority Priority, DateTimeOffset Asked, long Sequence, int Cards, int MostUseful, TimeSpan Estimate, string? Kind)
{
    /// <summary>How much further back it stands for what its owner has had. Default: 0.</summary>
    public TimeSpan Debt { get; init; }

    /// <summary>Cards that have something to do each, where their number is left to the service. Default: all.</summary>
    public int Sensible { get; init; } = int.MaxValue;
}

/// <summary>A request that has cards.</summary>
/// <param name="Until">When it will be done, as far as can be told; null when that is not known.</param>
public sealed record RunningVideo(string Id, string Owner, int Cards, string Kind, DateTimeOffset? Until = null)
{
    /// <summary>
    /// It as it would wait: with the work that is left, and asked for as much later as it has had cards. Default: null (its cards stay as they are).
    /// </summary>
    public WaitingVideo? Video { get; init; }
}

/// <summary>A request gets cards.</summary>
public sealed record Start(string Id, int Cards, string Kind);
