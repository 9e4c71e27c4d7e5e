using OpenSora.Contracts;
using OpenSora.Layout.Units;

namespace OpenSora.Layout.Gangs;

/// <summary>
/// Who computes what, for any number of ranks. The halves of guidance need each other once a step only, so each gets its
/// own half of the gang; within a half, ranks share the tokens in runs of whole units. The rank that an odd gang has over
/// works for both halves and takes about half as many units of each, in turns: so three ranks take two thirds of the time
/// of two, not the same.
/// </summary>
public sealed class GangPlan
{
    private GangPlan(UnitPlan units, int ranks, IReadOnlyList<Seat> seats) => (Units, Ranks, Seats) = (units, ranks, seats);

    public UnitPlan Units { get; }

    public int Ranks { get; }

    /// <summary>In the order of their frames, those with most units first.</summary>
    public IReadOnlyList<Seat> Seats { get; }

    /// <summary>The most ranks that can share a clip of T latent frames: one per frame and half.</summary>
    public static int MostRanks(long latents) => (int)Math.Min(int.MaxValue, 2 * latents);

    /// <exception cref="InputException">More ranks than can share the clip, or none.</exception>
    public static GangPlan For(UnitPlan units, int ranks)
    {
        if (ranks < 1)
            throw new InputException($"--cards is {ranks}, must be at least 1");
        if (ranks > MostRanks(units.Frames))
            throw new InputException($"--cards is {ranks}, but {MostRanks(units.Frames)} is the most that can share a clip of {units.Frames} latent "
                + $"frame{(units.Frames == 1 ? "" : "s")}, one per frame and half of guidance: give --cards {MostRanks(units.Frames)} or fewer, or a longer clip");
        int count = (ranks + 1) / 2;
        bool odd = ranks % 2 == 1;
        Run[] frames = Runs(units, TokenLayout.Frames, count, odd), positions = Runs(units, TokenLayout.Positions, count, odd);
        return new GangPlan(units, ranks, [.. Enumerable.Range(0, count).Select(
            i => new Seat(i, i, odd && i == count - 1 ? i : count + i, frames[i], positions[i]))]);
    }

    public Seat SeatOf(int rank) => Seats[rank < Seats.Count ? rank : rank - Seats.Count];

    /// <summary>The halves that a rank computes.</summary>
    public IReadOnlyList<GuidanceHalf> HalvesOf(int rank) => [.. Enum.GetValues<GuidanceHalf>().Where(half => SeatOf(rank).RankOf(half) == rank)];

    /// <summary>Whether a rank's latent frames are the ones to gather: both ranks of a seat hold the same.</summary>
    public bool HandsIn(int rank) => SeatOf(rank).Conditional == rank && SeatOf(rank).Frames.Count > 0;

    /// <summary>
    /// Runs of whole units. Seats that have more frames have more positions, too: the more tokens are at the same seat in
    /// both layouts, the fewer have to move.
    /// </summary>
    private static Run[] Runs(UnitPlan units, TokenLayout layout, int seats, bool odd)
    {
        long count = units.Count(layout), size = units.PerUnit(layout), end = units.Whole(layout).Count, first = 0;
        bool shared = odd && seats > 1;
        long even = shared ? seats - 1 : seats, last = shared ? LastOfOdd(count, size, end, even) : 0;
        Run[] runs = new Run[seats];
        for (int i = 0; i < seats; i++)
        {
            long own = i < even ? (count - last) / even + (i < (count - last) % even ? 1 : 0) : last;
            runs[i] = own == 0 ? new Run(0, 0) : new Run(first * size, Math.Min(end, (first + own) * size) - first * size);
            first += own;
        }
        return runs;
    }

    /// <summary>
    /// Units for the rank that computes both halves of them: as many as keep the slowest rank fastest. Its run is the last
    /// one, with the clip's last unit, which may be a short one.
    /// </summary>
    private static long LastOfOdd(long units, long size, long end, long others)
    {
        long Slowest(long last) => Math.Max(
            2 * (last == 0 ? 0 : end - (units - last) * size), Math.Min(end, (units - last + others - 1) / others * size));
        long best = 0;
        for (long last = 1; last <= units; last++)
            if (Slowest(last) < Slowest(best))
                best = last;
        return best;
    }
}
