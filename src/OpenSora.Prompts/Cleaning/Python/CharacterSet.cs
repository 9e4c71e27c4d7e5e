namespace OpenSora.Prompts.Cleaning.Python;

/// <summary>One position of a pattern: single characters, ranges and Python's classes <c>\w \d \s</c>, possibly negated.</summary>
internal sealed class CharacterSet
{
    private readonly List<(int First, int Last)> _ranges = [];
    private readonly List<(Func<int, bool> Has, bool Wanted)> _classes = [];
    private bool _negated;
    private UInt128 _ascii;

    /// <summary>Builds a set; it does not change afterwards.</summary>
    public static CharacterSet Build(Action<CharacterSet> fill, bool negated = false)
    {
        CharacterSet set = new();
        fill(set);
        set._negated = negated;
        for (int c = 0; c < 128; c++)
            if (set.Find(c))
                set._ascii |= UInt128.One << c;
        return set;
    }

    public static CharacterSet Single(int codePoint) => Build(set => set.Add(codePoint, codePoint));

    public void Add(int first, int last) => _ranges.Add((first, last));

    /// <summary>Adds the class that is written <c>\w</c>, <c>\D</c> and so on.</summary>
    public void AddClass(char letter) => _classes.Add((char.ToLowerInvariant(letter) switch
    {
        'w' => PythonText.IsWord,
        'd' => PythonText.IsDigit,
        's' => PythonText.IsSpace,
        _ => throw new ArgumentException($"\\{letter} is no character class"),
    }, char.IsAsciiLetterLower(letter)));

    public bool Has(int codePoint) => codePoint < 128 ? (_ascii >> codePoint & UInt128.One) != 0 : Find(codePoint);

    private bool Find(int codePoint)
    {
        foreach ((int first, int last) in _ranges)
            if (first <= codePoint && codePoint <= last)
                return !_negated;
        foreach ((Func<int, bool> has, bool wanted) in _classes)
            if (has(codePoint) == wanted)
                return !_negated;
        return _negated;
    }
}
