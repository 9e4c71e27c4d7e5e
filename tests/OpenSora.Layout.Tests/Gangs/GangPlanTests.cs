using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.Layout.Gangs;
using OpenSora.Layout.Units;

namespace OpenSora.Layout.Tests.Gangs;

public class GangPlanTests
{
    private static readonly string[] s_resolutions = ["144p", "240p", "360p", "480p", "720p"];

    /// <summary>17 aspect ratios × 5 resolutions × 5 lengths × 1 to 16 ranks.</summary>
    [Fact]
    public void Every_clip_is_shared_whole_by_any_number_of_ranks()
    {
        int plans = 0;
        foreach ((UnitPlan units, int ranks) in AllPlans())
        {
            GangPlan plan = GangPlan.For(units, ranks);
            plans++;
            Assert.Equal((ranks + 1) / 2, plan.Seats.Count);
            foreach (TokenLayout layout in Enum.GetValues<TokenLayout>())
            {
                long next = 0;
                foreach (Run held in plan.Seats.Select(seat => seat.Held(layout)).Where(run => run.Count > 0))
                {
                    Assert.Equal(next, held.First);
                    next = held.End;
                    Assert.NotEmpty(units.Units(layout, held)); // whole units, or it throws
                }
                Assert.Equal(units.Whole(layout).Count, next);
            }
            foreach (GuidanceHalf half in Enum.GetValues<GuidanceHalf>())
                Assert.Equal(plan.Seats.Count, plan.Seats.Select(seat => seat.RankOf(half)).Distinct().Count());
            for (int rank = 0; rank < ranks; rank++)
            {
                Assert.NotEmpty(plan.HalvesOf(rank));
                Assert.All(plan.HalvesOf(rank), half => Assert.Equal(rank, plan.SeatOf(rank).RankOf(half)));
            }
            Assert.Equal(units.Frames, Enumerable.Range(0, ranks).Where(plan.HandsIn).Sum(rank => plan.SeatOf(rank).Frames.Count));
        }
        Assert.True(plans > 17 * 5 * (2 + 4 * 16) * 9 / 10, $"{plans} plans");
    }

    [Fact]
    public void No_rank_has_more_than_its_share_rounded_up_to_a_unit()
    {
        foreach ((UnitPlan units, int ranks) in AllPlans())
        {
            GangPlan plan = GangPlan.For(units, ranks);
            foreach (TokenLayout layout in Enum.GetValues<TokenLayout>())
            {
                // The rank that works for both halves may have one unit of each more than an even share.
                long even = (2 * units.Count(layout) + ranks - 1) / ranks;
                for (int rank = 0; rank < ranks; rank++)
                    Assert.InRange(plan.HalvesOf(rank).Count * units.Units(layout, plan.SeatOf(rank).Held(layout)).Count(), 0, even + ranks % 2);
            }
        }
    }

    [Fact]
    public void Bytes_stay_within_the_even_split()
    {
        foreach ((UnitPlan units, int ranks) in AllPlans())
        {
            GangPlan plan = GangPlan.For(units, ranks);
            Traffic traffic = new(plan, 28, 1152, 16, 2);
            double sent = Enumerable.Range(0, ranks).Sum(rank => (double)traffic.BytesSent(rank));
            Assert.True(sent <= 1.01 * traffic.EvenBytesSent, $"{units.Frames} x {units.Positions} on {ranks}: {sent} of {traffic.EvenBytesSent}");
            Assert.Equal(2L * 28 * 2 * units.Frames * units.Positions, Enumerable.Range(0, ranks).Sum(traffic.TokensComputed));
        }
    }

    /// <summary>144p, 51 frames: 4 units in both layouts, so a fifth card has nothing to do.</summary>
    [Theory]
    [InlineData(1, "0-15:0/0")]
    [InlineData(2, "0-15:0/1")]
    [InlineData(3, "0-12:0/2 12-15:1/1")]
    [InlineData(4, "0-8:0/2 8-15:1/3")]
    [InlineData(5, "0-8:0/3 8-15:1/4 0-0:2/2")]
    [InlineData(6, "0-8:0/3 8-12:1/4 12-15:2/5")]
    public void Frames_and_ranks_of_the_seats(int ranks, string seats) => Assert.Equal(seats, string.Join(' ', GangPlan.For(UnitPlan.For(15, 144, UnitSize.Processor), ranks)
        .Seats.Select(seat => $"{seat.Frames.First}-{seat.Frames.End}:{seat.Conditional}/{seat.Unconditional}")));

    [Theory]
    [InlineData(0, 15, "--cards is 0, must be at least 1")]
    [InlineData(31, 15, "30 is the most that can share a clip of 15 latent frames")]
    [InlineData(3, 1, "give --cards 2 or fewer")]
    public void What_cannot_be_shared_is_refused_in_words(int ranks, long frames, string words) =>
        Assert.Contains(words, Assert.Throws<InputException>(() => GangPlan.For(UnitPlan.For(frames, 144, UnitSize.Processor), ranks)).Message);

    [Fact]
    public void The_bound_of_the_design_by_hand()
    {
        // 2 of 4 ranks in each half, 8 + 7 frames, 72 + 72 positions.
        Traffic traffic = new(GangPlan.For(UnitPlan.For(15, 144, UnitSize.Processor), 4), 28, 1152, 16, 4);
        Assert.Equal(4 * (28 * 8 * 72 * 1152 + 27 * 72 * 7 * 1152 + 72 * 7 * 16), traffic.TokenBytes(0));
        Assert.Equal(4 * 8 * 144 * 16, traffic.VelocityBytesSent(0));
        Assert.Equal(56, traffic.Switches(0));
        double tokens = 2 * (15 * 144) * (55.0 * 1152 + 16) * 4 / 2;
        Assert.Equal(tokens + 4 * 2 * 15 * 144 * 16, traffic.EvenBytesSent, 1.0);
    }

    private static IEnumerable<(UnitPlan, int)> AllPlans()
    {
        foreach (string resolution in s_resolutions)
            foreach (string ratio in Resolutions.AspectRatios)
                foreach (int frames in new[] { 1, 51, 102, 204, 408 })
                {
                    PatchGrid grid = new ClipGeometry(Resolutions.Of(resolution, ratio), frames).Grid;
                    UnitPlan units = UnitPlan.For(grid.Frames, grid.PerFrame, UnitSize.Processor);
                    for (int ranks = 1; ranks <= Math.Min(16, GangPlan.MostRanks(units.Frames)); ranks++)
                        yield return (units, ranks);
                }
    }
}
