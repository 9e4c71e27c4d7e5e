namespace OpenSora.Prompts.Cleaning.Python;

/// <summary>The syntax tree of a pattern.</summary>
internal abstract record PatternNode
{
    /// <summary>One character of the set.</summary>
    public sealed record One(CharacterSet Set) : PatternNode;

    public sealed record Sequence(IReadOnlyList<PatternNode> Parts) : PatternNode;

    /// <summary>The first option that lets the whole pattern match wins.</summary>
    public sealed record Choice(IReadOnlyList<PatternNode> Options) : PatternNode;

    /// <summary>Greedy repetition; <c>Most</c> is null where there is no limit.</summary>
    public sealed record Repeat(PatternNode Body, int Least, int? Most) : PatternNode;

    /// <summary>A group whose ends are remembered; groups are numbered from 1.</summary>
    public sealed record Capture(PatternNode Body, int Number) : PatternNode;

    /// <summary><c>^</c>, <c>$</c> or <c>\b</c>.</summary>
    public sealed record Anchor(Operation Operation) : PatternNode;

    /// <summary>What must (not) follow.</summary>
    public sealed record Ahead(PatternNode Body, bool Wanted) : PatternNode;

    /// <summary>The one character that must (not) precede.</summary>
    public sealed record Behind(CharacterSet Set, bool Wanted) : PatternNode;
}
