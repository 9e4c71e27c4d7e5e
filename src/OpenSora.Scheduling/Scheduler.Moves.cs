namespace OpenSora.Scheduling;

/// <summary>How cards move between those that work: decided again after each step, and carried out between two steps.</summary>
/// <remarks>
/// Cards are shared by rank, as heSRPT does (Berg, Vesilo and Harchol-Balter 2020, https://arxiv.org/abs/1903.09346): of m requests whose speed on k
/// cards is k^p, the one that is i-th from the end has ((i/m)^a - ((i-1)/m)^a) of the cards, a = 1 / (1 - p), which is optimal where all are known.
/// The more requests there are, the fewer cards has each, so the less is lost to sharing. Ranks are of priority, then of owners that have had less
/// than their share, then of the work that is left, by powers of two: what is half as long goes before. Whoever has cards keeps one, but for what
/// <see cref="MayEvict"/> allows, and what it needs of three quarters of the cards in even shares: so long ones are not kept for too long.
/// </remarks>
public sealed partial class Scheduler
{
    /// <summary>A gang that needs no more than this many changes' time to its end is left alone.</summary>
    private const double LeastChanges = 4;

    /// <summary>One that works grows at the expense of others where it would have at least so many times its cards.</summary>
    private const double LeastGrowth = 1.5;

    /// <summary>How much more work one must have left to lose its last card to one of the same priority.</summary>
    private const double MuchLonger = 16;

    /// <summary>How many cards those that work are to have from their next step on, where that is another number.</summary>
    /// <param name="cards">Cards that can work, by kind; those of <paramref name="running"/> included.</param>
    /// <param name="change">What a change of a gang takes.</param>
    public IReadOnlyList<Move> Share(
        DateTimeOffset now, IReadOnlyCollection<WaitingVideo> waiting, IReadOnlyCollection<RunningVideo> running, IReadOnlyDictionary<string, int> cards, TimeSpan change)
    {
        string? largest = cards.OrderByDescending(kind => kind.Value).ThenBy(kind => kind.Key, StringComparer.Ordinal).Select(kind => kind.Key).FirstOrDefault();
        Dictionary<string, int> ofOwner = running.CountBy(video => video.Owner).ToDictionary();
        WaitingVideo[] line = [.. InOrder(waiting).Where(video => (ofOwner[video.Owner] = ofOwner.GetValueOrDefault(video.Owner) + 1) <= options.MostRunningOfOwner)];
        return [.. cards.SelectMany(kind => ShareKind(
            now, [.. line.Where(video => (video.Kind ?? largest) == kind.Key)], [.. running.Where(video => video.Kind == kind.Key)], kind.Value, change))];
    }

    private IEnumerable<Move> ShareKind(DateTimeOffset now, WaitingVideo[] line, RunningVideo[] running, int cards, TimeSpan change)
    {
        Part[] working = [.. running.Where(one => one.Video is not null).Select(one => new Part(one.Video!, one.Cards))];
        int all = cards - running.Where(one => one.Video is null).Sum(one => one.Cards), free = all - working.Sum(part => part.Has);
        if (working.Length == 0)
            return [];
        Part[] parts = [.. working, .. line.Take(Math.Max(1, all - working.Length)).Select(video => new Part(video, 0))];
        // The first in line was passed for long enough.
        Part? due = parts.FirstOrDefault(part => part.Has == 0) is { } first && now - first.Video.Asked > options.Backfill ? first : null;
        ShareByRank([.. parts.OrderByDescending(part => part.Video.Priority).ThenByDescending(part => part == due).ThenBy(part => part.Video.Debt > options.OwnerWindow / 4)
            .ThenBy(part => part.Size).ThenBy(part => part.Has == 0).ThenBy(part => part.Video.Asked).ThenBy(part => part.Video.Sequence)], all);

        // Those that gain enough, and what they need beyond what is free.
        int needed = parts.Where(part => part.Has == 0 || part.Gets >= LeastGrowth * part.Has).Sum(part => Math.Max(0, part.Gets - part.Has)) - free;
        foreach (Part part in working.Where(part => part.Gets < part.Has).OrderByDescending(part => part.Gets == 0).ThenByDescending(part => part.Has - part.Gets))
        {
            bool isNearItsEnd = part.Video.Estimate > TimeSpan.Zero && part.Video.Estimate / Speed(part.Has) < LeastChanges * change;
            part.Gets = needed <= 0 || isNearItsEnd ? part.Has : Math.Max(part.Gets, part.Has - needed);
            needed -= part.Has - part.Gets;
        }
        // Growth is worth a change, and takes no more than is free or given back.
        int there = Math.Max(0, free + working.Sum(part => Math.Max(0, part.Has - part.Gets)) - parts.Where(part => part.Has == 0).Sum(part => part.Gets));
        foreach (Part part in working.Where(part => part.Gets > part.Has).OrderBy(part => part.Size))
        {
            part.Gets = Math.Min(part.Gets, part.Has + there);
            if (part.Video.Estimate > TimeSpan.Zero && part.Video.Estimate * ((1 / Speed(part.Has)) - (1 / Speed(part.Gets))) <= change)
                part.Gets = part.Has;
            there -= part.Gets - part.Has;
        }
        if (line.Length > 0 && Evicted(line[0], working, all, free + working.Sum(part => part.Has - part.Gets)) is { } evicted)
            evicted.Gets = 0;
        return working.Where(part => part.Gets != part.Has).Select(part => new Move(part.Video.Id, part.Gets));
    }

    /// <summary>Fills in what each gets; one that waits and asks for a number gets that or nothing.</summary>
    /// <param name="ranked">The one that goes first is the first.</param>
    private void ShareByRank(Part[] ranked, int cards)
    {
        double power = 1 / (1 - options.Scaling);
        int even = Math.Max(1, 3 * cards / (4 * ranked.Length));
        foreach (Part part in ranked.Where(part => part.Has > 0))
            part.Gets = Keeps(part) ? part.Has : Math.Min(even, Most(part.Video, cards));
        if (ranked.Sum(part => part.Gets) > cards)
            foreach (Part part in ranked)
                part.Gets = Math.Min(part.Gets, part.Has);
        int left = cards - ranked.Sum(part => part.Gets), shared = Math.Max(0, left);
        for (int pass = 0; pass < 2; pass++)
            for (int i = 0; i < ranked.Length; i++)
            {
                Part part = ranked[i];
                double before = (double)(ranked.Length - i) / ranked.Length, after = (double)(ranked.Length - i - 1) / ranked.Length;
                int most = Most(part.Video, cards);
                // The second pass gives out what others had no use for.
                int wanted = pass == 1 ? most : Math.Min(part.Gets + (int)Math.Round(shared * (Math.Pow(before, power) - Math.Pow(after, power))), most);
                if (part.Has == 0)
                    wanted = part.Video.Cards == 0 ? Math.Max(1, wanted) : most > left + part.Gets ? 0 : most;
                int more = Math.Clamp(wanted - part.Gets, 0, Math.Max(0, left));
                left -= more;
                part.Gets += more;
            }

        // Who was given the number that it asked for loses of it to what is urgent or far shorter only.
        bool Keeps(Part part) => part.Video.Cards > 0 && !ranked.Any(other => other.Video.Priority > part.Video.Priority || (other.Video.Priority == part.Video.Priority && other.Size + 2 <= part.Size));
    }

    private int Most(WaitingVideo video, int cards) =>
        Math.Max(1, Math.Min(Math.Min(video.Cards > 0 ? video.Cards : options.Favours == Favours.Throughput ? 1 : video.Sensible, video.MostUseful), cards));

    /// <summary>Who gives up its last cards so that the first in line can begin; null where that needs nobody, or is not enough.</summary>
    private Part? Evicted(WaitingVideo first, Part[] working, int all, int free)
    {
        int needed = first.Cards > 0 ? Most(first, all) : 1;
        return free >= needed ? null : working.Where(part => free + part.Gets >= needed && MayEvict(first, part.Video) && Moment(first) + options.Backfill < Moment(part.Video)).MaxBy(part => Moment(part.Video));
    }

    /// <summary>A higher priority, or the same one and a quarter of the work.</summary>
    private static bool MayEvict(WaitingVideo first, WaitingVideo works) =>
        first.Priority > works.Priority || (first.Priority == works.Priority && first.Estimate > TimeSpan.Zero && works.Estimate > MuchLonger * first.Estimate);

    private double Speed(int cards) => Math.Pow(Math.Max(1, cards), options.Scaling);

    /// <summary>What one has, and gets.</summary>
    private sealed class Part(WaitingVideo video, int has)
    {
        public WaitingVideo Video => video;

        public int Has => has;

        public int Gets { get; set; }

        /// <summary>The power of two of the seconds that are left.</summary>
        public int Size { get; } = (int)Math.Floor(Math.Log2(Math.Max(1, video.Estimate.TotalSeconds)));
    }
}

/// <summary>A request that has cards is to have another number of them.</summary>
/// <param name="Cards">0: it waits again.</param>
public sealed record Move(string Id, int Cards);
