namespace OpenSora.Prompts.Cleaning.Python;

internal enum Operation
{
    /// <summary>The pattern (or the body of a lookahead) has matched.</summary>
    Match,
    /// <summary>One character of <c>Set</c>.</summary>
    One,
    /// <summary>Tries <c>Next</c>, and <c>Other</c> if that fails.</summary>
    Split,
    /// <summary>Remembers the position in slot <c>Other</c>.</summary>
    Save,
    TextStart,
    /// <summary>The end of the text, or before a newline that ends it.</summary>
    TextEnd,
    WordBoundary,
    /// <summary>Whether the program at <c>Other</c> matches here must equal <c>Wanted</c>.</summary>
    Ahead,
    /// <summary>Whether a character of <c>Set</c> precedes must equal <c>Wanted</c>.</summary>
    Behind,
}

internal readonly record struct Instruction(Operation Operation, int Next, int Other = 0, CharacterSet? Set = null, bool Wanted = true);

/// <summary>
/// A pattern as instructions for <see cref="PatternMatcher"/>, compiled from the back: every node is given the address of
/// what follows it and returns its own.
/// </summary>
internal sealed class PatternProgram
{
    private readonly List<Instruction> _code = [new(Operation.Match, 0)];

    public PatternProgram(string pattern)
    {
        PatternParser parser = new(pattern);
        PatternNode tree = parser.Parse();
        Start = Emit(tree, next: 0);
        Slots = 2 * (parser.Groups + 1);
    }

    public int Start { get; }

    /// <summary>Two positions for each group; group 0 is the whole match and kept elsewhere.</summary>
    public int Slots { get; }

    public int Length => _code.Count;

    public Instruction this[int address] => _code[address];

    private int Emit(PatternNode node, int next)
    {
        switch (node)
        {
            case PatternNode.One one:
                return Add(new(Operation.One, next, Set: one.Set));
            case PatternNode.Sequence sequence:
                foreach (PatternNode part in sequence.Parts.Reverse())
                    next = Emit(part, next);
                return next;
            case PatternNode.Choice choice:
                int address = Emit(choice.Options[^1], next);
                foreach (PatternNode option in choice.Options.Reverse().Skip(1))
                    address = Add(new(Operation.Split, Emit(option, next), address));
                return address;
            case PatternNode.Repeat repeat:
                return EmitRepeat(repeat, next);
            case PatternNode.Capture capture:
                int end = Add(new(Operation.Save, next, 2 * capture.Number + 1));
                return Add(new(Operation.Save, Emit(capture.Body, end), 2 * capture.Number));
            case PatternNode.Anchor anchor:
                return Add(new(anchor.Operation, next));
            case PatternNode.Ahead ahead:
                return Add(new(Operation.Ahead, next, Emit(ahead.Body, next: 0), Wanted: ahead.Wanted));
            case PatternNode.Behind behind:
                return Add(new(Operation.Behind, next, Set: behind.Set, Wanted: behind.Wanted));
            default:
                throw new ArgumentException($"no code for {node.GetType().Name}");
        }
    }

    /// <summary>Copies of the body: as many as needed, then a loop, or optional ones up to the limit.</summary>
    private int EmitRepeat(PatternNode.Repeat repeat, int next)
    {
        int after = next;
        if (repeat.Most is { } most)
        {
            for (int i = repeat.Least; i < most; i++)
                next = Add(new(Operation.Split, Emit(repeat.Body, next), after));
        }
        else
        {
            int loop = Add(default);
            int body = Emit(repeat.Body, loop);
            _code[loop] = new(Operation.Split, body, after);
            next = loop;
        }
        for (int i = 0; i < repeat.Least; i++)
            next = Emit(repeat.Body, next);
        return next;
    }

    private int Add(Instruction instruction)
    {
        _code.Add(instruction);
        return _code.Count - 1;
    }
}
