namespace OpenSora.Layout.Units;

/// <summary>Neighbouring frames or positions: <c>First</c>, …, <c>First + Count - 1</c>, counted over the whole clip.</summary>
public readonly record struct Run(long First, long Count)
{
    /// <summary>The first one after the run.</summary>
    public long End => First + Count;
}
