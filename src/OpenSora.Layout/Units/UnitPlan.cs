namespace OpenSora.Layout.Units;

/// <summary>
/// How the tokens of a clip are cut into units. A kernel gives other last bits for another shape, so every kernel call
/// runs on one unit, and units follow from the clip alone: results have the same bits on any number of cards, and what a
/// call needs besides the tokens is bounded by a unit. Ranks own runs of whole units.
/// </summary>
public sealed record UnitPlan
{
    /// <summary>
    /// Rows that a unit is to have: enough for matrix products to run near full speed, few enough for what lies between them to
    /// stay in cache, and for a small clip to be shared evenly by some cards. A clip is cut into as many units as come nearest to it.
    /// </summary>
    public const long RowsWanted = 512;

    private UnitPlan(long frames, long positions, long rowsWanted)
    {
        Frames = frames;
        Positions = positions;
        long units = Math.Max(1, (frames * positions + rowsWanted / 2) / rowsWanted);
        FramesPerUnit = DivideUp(frames, units);
        PositionsPerUnit = DivideUp(positions, units);
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
    public static UnitPlan For(long frames, long positions) => For(frames, positions, RowsWanted);

    /// <summary>A plan with units of another size: tests compare results across plans.</summary>
    internal static UnitPlan For(long frames, long positions, long rowsWanted)
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

    private static IEnumerable<Run> Cut(Run held, long size)
    {
        for (long first = held.First; first < held.End; first += size)
            yield return new Run(first, Math.Min(size, held.End - first));
    }

    private static long DivideUp(long a, long b) => (a + b - 1) / b;
}
