namespace OpenSora.Layout.Units;

/// <summary>
/// How the tokens of a clip are cut into units. A kernel gives other last bits for another shape, so every kernel call
/// runs on one unit, and units follow from the clip and the kind of card: results have the same bits on any number of cards, and what a
/// call needs besides the tokens is bounded by a unit. Ranks own runs of whole units.
/// </summary>
public sealed record UnitPlan
{
    private UnitPlan(long frames, long positions, long rowsWanted)
    {
        Frames = frames;
        Positions = positions;
        FramesPerUnit = Evenly(frames, positions, rowsWanted);
        PositionsPerUnit = Evenly(positions, frames, rowsWanted);
    }

    /// <summary>Latent frames T of the clip.</summary>
    public long Frames { get; }

    /// <summary>Patches S of one latent frame.</summary>
    public long Positions { get; }

    /// <summary>Whole frames in a unit of a spatial block; the last unit may have fewer.</summary>
    public long FramesPerUnit { get; }

    /// <summary>Whole positions in a unit of a temporal block; the last unit may have fewer.</summary>
    public long PositionsPerUnit { get; }

    /// <summary>The plan for a clip of <paramref name="frames"/> latent frames with <paramref name="positions"/> patches each.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One of them is below 1.</exception>
    public static UnitPlan For(long frames, long positions, UnitSize size) => For(frames, positions, size.RowsFor(frames * positions));

    /// <summary>A plan with units of any size: tests and the simulator compare sizes.</summary>
    /// <param name="rowsWanted">Rows that a unit is to have, at least 1.</param>
    public static UnitPlan For(long frames, long positions, long rowsWanted)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(positions, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(rowsWanted, 1);
        return new UnitPlan(frames, positions, rowsWanted);
    }

    /// <summary>All frames or all positions of the clip.</summary>
    public Run Whole(TokenLayout layout) => new(0, layout == TokenLayout.Frames ? Frames : Positions);

    /// <summary>Frames or positions in one unit.</summary>
    public long PerUnit(TokenLayout layout) => layout == TokenLayout.Frames ? FramesPerUnit : PositionsPerUnit;

    /// <summary>Units of the clip in this layout.</summary>
    public long Count(TokenLayout layout) => DivideUp(Whole(layout).Count, PerUnit(layout));

    /// <summary>The units of the whole clip, in order.</summary>
    public IEnumerable<Run> Units(TokenLayout layout) => Units(layout, Whole(layout));

    /// <summary>The units that lie in <paramref name="held"/>, in order.</summary>
    /// <exception cref="ArgumentException">The run does not consist of whole units of the clip.</exception>
    public IEnumerable<Run> Units(TokenLayout layout, Run held)
    {
        long size = PerUnit(layout), end = Whole(layout).Count;
        bool wholeUnits = held.First % size == 0 && held.Count >= 0 && held.End <= end && (held.End % size == 0 || held.End == end);
        if (!wholeUnits)
            throw new ArgumentException($"{layout} {held.First} to {held.End} of {end} are not whole units of {size}", nameof(held));
        return Cut(held, size);
    }

    /// <summary>
    /// The units that lie in <paramref name="held"/>, in order, some together: runs of up to <paramref name="most"/> units of one size. A last
    /// unit that is shorter stands alone.
    /// </summary>
    /// <exception cref="ArgumentException">As of <see cref="Units(TokenLayout, Run)"/>.</exception>
    public IEnumerable<Run> Groups(TokenLayout layout, Run held, long most)
    {
        Run group = default;
        foreach (Run unit in Units(layout, held))
        {
            bool fits = group.Count > 0 && unit.Count == PerUnit(layout) && group.Count < most * unit.Count;
            if (group.Count > 0 && !fits)
                yield return group;
            group = fits ? new Run(group.First, group.Count + unit.Count) : unit;
        }
        if (group.Count > 0)
            yield return group;
    }

    private static IEnumerable<Run> Cut(Run held, long size)
    {
        for (long first = held.First; first < held.End; first += size)
            yield return new Run(first, Math.Min(size, held.End - first));
    }

    /// <summary>How many of <paramref name="count"/> frames or positions make a unit of about the rows wanted, in units as even as can be.</summary>
    private static long Evenly(long count, long rows, long rowsWanted)
    {
        long all = count * rows, units = Math.Max(1, (all + Math.Min(rowsWanted, all) / 2) / Math.Min(rowsWanted, all));
        long more = DivideUp(count, units), fewer = more == 1 ? 1 : DivideUp(count, DivideUp(count, more - 1));
        return Math.Abs(more * rows - rowsWanted) <= Math.Abs(fewer * rows - rowsWanted) ? more : fewer;
    }

    private static long DivideUp(long a, long b) => (a + b - 1) / b;
}
