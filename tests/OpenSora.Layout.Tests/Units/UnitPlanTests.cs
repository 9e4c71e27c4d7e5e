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
        foreach (UnitPlan plan in PlansOfAllClips(UnitSize.Processor).Concat(PlansOfAllClips(UnitSize.Accelerator)))
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
        Assert.True(clips > 2 * 17 * 5 * 5, $"{clips} clips");
    }

    [Theory]
    [InlineData("processor")]
    [InlineData("accelerator")]
    public void A_unit_has_about_the_rows_wanted_or_one_frame(string size)
    {
        foreach (UnitPlan plan in PlansOfAllClips(UnitSize.Named(size)))
        {
            long wanted = UnitSize.Named(size).RowsFor(plan.Frames * plan.Positions);
            long spatial = plan.FramesPerUnit * plan.Positions, temporal = plan.PositionsPerUnit * plan.Frames;
            long all = plan.Frames * plan.Positions;
            long least = Math.Min(all, wanted / 2), most = wanted * 3 / 2;
            Assert.InRange(spatial, least, Math.Max(most, plan.Positions));
            Assert.InRange(temporal, least, Math.Max(most, plan.Frames));
        }
    }

    [Theory]
    [InlineData(15, 144, 4, 36)]   // 144p, 51 frames: 4 units, which 4 cards share evenly
    [InlineData(15, 1590, 1, 34)]  // 480p, 51 frames
    [InlineData(120, 3600, 1, 4)]  // 720p, 408 frames
    [InlineData(1, 20, 1, 20)]     // an image smaller than a unit
    public void Units_follow_from_the_clip(long frames, long positions, long framesPerUnit, long positionsPerUnit)
    {
        UnitPlan plan = UnitPlan.For(frames, positions, UnitSize.Processor);
        Assert.Equal((framesPerUnit, positionsPerUnit), (plan.FramesPerUnit, plan.PositionsPerUnit));
    }

    [Theory]
    [InlineData(15, 144, 15, 144)]  // 144p, 51 frames: one unit
    [InlineData(15, 405, 5, 135)]   // 240p, 51 frames: three
    [InlineData(15, 1590, 1, 133)]  // 480p, 51 frames
    [InlineData(120, 3600, 2, 68)]  // 720p, 408 frames
    public void Accelerators_take_larger_ones(long frames, long positions, long framesPerUnit, long positionsPerUnit)
    {
        UnitPlan plan = UnitPlan.For(frames, positions, UnitSize.Accelerator);
        Assert.Equal((framesPerUnit, positionsPerUnit), (plan.FramesPerUnit, plan.PositionsPerUnit));
    }

    [Fact]
    public void Rows_of_an_accelerators_unit_grow_with_the_clip() =>
        Assert.Equal([2048, 2048, 3125, 8192], new long[] { 100, 65_536, 100_000, 432_000 }.Select(UnitSize.Accelerator.RowsFor));

    [Fact]
    public void An_unknown_size_is_refused_with_those_that_there_are() =>
        Assert.Contains("give processor or accelerator", Assert.Throws<InputException>(() => UnitSize.Named("huge")).Message);

    [Theory]
    [InlineData(1, "0-4 4-8 8-12 12-15")]
    [InlineData(2, "0-8 8-12 12-15")]
    [InlineData(3, "0-12 12-15")]
    [InlineData(99, "0-12 12-15")]
    public void Groups_are_of_units_of_one_size(long most, string runs)
    {
        UnitPlan plan = UnitPlan.For(15, 144, UnitSize.Processor); // four frames a unit
        Assert.Equal(runs, string.Join(' ', plan.Groups(TokenLayout.Frames, new Run(0, 15), most).Select(run => $"{run.First}-{run.End}")));
        Assert.Empty(plan.Groups(TokenLayout.Frames, new Run(4, 0), most));
        Assert.Equal([new Run(4, 8)], plan.Groups(TokenLayout.Frames, new Run(4, 8), most: 2));
    }

    [Fact]
    public void A_rank_gets_the_units_of_its_run()
    {
        UnitPlan plan = UnitPlan.For(15, 144, UnitSize.Processor); // four frames a unit
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
        UnitPlan plan = UnitPlan.For(15, 144, UnitSize.Processor);
        ArgumentException e = Assert.Throws<ArgumentException>(() => plan.Units(TokenLayout.Frames, new Run(first, count)));
        Assert.Contains($"{first} to {first + count} of 15", e.Message);
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(5, 0)]
    public void A_clip_has_at_least_one_token(long frames, long positions) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => UnitPlan.For(frames, positions, UnitSize.Processor));

    private static IEnumerable<UnitPlan> PlansOfAllClips(UnitSize of)
    {
        foreach (string resolution in Resolutions.Names)
            foreach (string ratio in Resolutions.AspectRatios)
                foreach (int frames in new[] { 1, 17, 40, 51, 102, 204, 408 })
                    if (Size(resolution, ratio) is { } size)
                    {
                        PatchGrid grid = new ClipGeometry(size, frames).Grid;
                        yield return UnitPlan.For(grid.Frames, grid.PerFrame, of);
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
