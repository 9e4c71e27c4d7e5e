using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.Layout.Units;

namespace OpenSora.Layout.Tests.Units;

public class UnitPlanTests
{
    [Fact]
    public void Units_cover_every_clip_of_the_tables_without_gaps()
    {
        int clips = 0;
        foreach (UnitPlan plan in PlansOfAllClips())
        {
            clips++;
            foreach (TokenLayout layout in Enum.GetValues<TokenLayout>())
            {
                Run[] units = [.. plan.Units(layout)];
                long next = 0;
                foreach (Run unit in units)
                {
                    Assert.Equal(next, unit.First);
                    Assert.InRange(unit.Count, 1, plan.PerUnit(layout));
                    next = unit.End;
                }
                Assert.Equal(plan.Whole(layout).Count, next);
                Assert.Equal(units.Length, plan.Count(layout));
                Assert.All(units.SkipLast(1), unit => Assert.Equal(plan.PerUnit(layout), unit.Count));
            }
        }
        Assert.True(clips > 17 * 5 * 5, $"{clips} clips");
    }

    [Fact]
    public void A_unit_has_a_few_hundred_rows_or_one_frame()
    {
        foreach (UnitPlan plan in PlansOfAllClips())
        {
            long spatial = plan.FramesPerUnit * plan.Positions, temporal = plan.PositionsPerUnit * plan.Frames;
            long all = plan.Frames * plan.Positions;
            long least = Math.Min(all, UnitPlan.RowsWanted * 3 / 4), most = UnitPlan.RowsWanted * 3 / 2;
            Assert.InRange(spatial, least, most + plan.Positions);
            Assert.InRange(temporal, least, most + plan.Frames);
        }
    }

    [Theory]
    [InlineData(15, 144, 4, 36)]   // 144p, 51 frames: 4 units, which 4 cards share evenly
    [InlineData(15, 1590, 1, 34)]  // 480p, 51 frames
    [InlineData(120, 3600, 1, 5)]  // 720p, 408 frames
    [InlineData(1, 20, 1, 20)]     // an image smaller than a unit
    public void Units_follow_from_the_clip(long frames, long positions, long framesPerUnit, long positionsPerUnit)
    {
        UnitPlan plan = UnitPlan.For(frames, positions);
        Assert.Equal((framesPerUnit, positionsPerUnit), (plan.FramesPerUnit, plan.PositionsPerUnit));
    }

    [Fact]
    public void A_rank_gets_the_units_of_its_run()
    {
        UnitPlan plan = UnitPlan.For(15, 144); // four frames a unit
        Assert.Equal([new Run(4, 4), new Run(8, 4)], plan.Units(TokenLayout.Frames, new Run(4, 8)));
        Assert.Equal([new Run(8, 4), new Run(12, 3)], plan.Units(TokenLayout.Frames, new Run(8, 7)));
        Assert.Empty(plan.Units(TokenLayout.Frames, new Run(4, 0)));
    }

    [Theory]
    [InlineData(1, 7)]  // begins inside a unit
    [InlineData(4, 3)]  // ends inside one
    [InlineData(12, 4)] // ends beyond the clip
    public void A_run_that_splits_units_is_refused(long first, long count)
    {
        UnitPlan plan = UnitPlan.For(15, 144);
        ArgumentException e = Assert.Throws<ArgumentException>(() => plan.Units(TokenLayout.Frames, new Run(first, count)));
        Assert.Contains($"{first} to {first + count} of 15", e.Message);
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(5, 0)]
    public void A_clip_has_at_least_one_token(long frames, long positions) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => UnitPlan.For(frames, positions));

    private static IEnumerable<UnitPlan> PlansOfAllClips()
    {
        foreach (string resolution in Resolutions.Names)
            foreach (string ratio in Resolutions.AspectRatios)
                foreach (int frames in new[] { 1, 17, 40, 51, 102, 204, 408 })
                    if (Size(resolution, ratio) is { } size)
                    {
                        PatchGrid grid = new ClipGeometry(size, frames).Grid;
                        yield return UnitPlan.For(grid.Frames, grid.PerFrame);
                    }
    }

    /// <summary>Null where the tables have no size.</summary>
    private static FrameSize? Size(string resolution, string ratio)
    {
        try
        {
            return Resolutions.Of(resolution, ratio);
        }
        catch (InputException)
        {
            return null;
        }
    }
}
