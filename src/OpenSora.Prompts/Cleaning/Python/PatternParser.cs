using System.Globalization;
using OpenSora.Prompts.Cleaning.Data;

namespace OpenSora.Prompts.Cleaning.Python;

/// <summary>
/// Reads the part of Python's regular expressions that cleaning needs: characters, <c>.</c>, sets, <c>\w \d \s</c> and their
/// opposites, <c>\xHH</c>, groups, <c>|</c>, greedy quantifiers, <c>^ $ \b</c>, lookahead, and lookbehind of one character.
/// Anything else is refused when the pattern is built.
/// </summary>
internal sealed class PatternParser(string pattern)
{
    private int _at;

    /// <summary>Number of capturing groups seen so far.</summary>
    public int Groups { get; private set; }

    public PatternNode Parse()
    {
        PatternNode node = Choice();
        return _at == pattern.Length ? node : throw Refuse("unexpected )");
    }

    private PatternNode Choice()
    {
        List<PatternNode> options = [Sequence()];
        while (Take("|"))
            options.Add(Sequence());
        return options.Count == 1 ? options[0] : new PatternNode.Choice(options);
    }

    private PatternNode Sequence()
    {
        List<PatternNode> parts = [];
        while (_at < pattern.Length && pattern[_at] is not ('|' or ')'))
            parts.Add(Quantified(Atom()));
        return parts.Count == 1 ? parts[0] : new PatternNode.Sequence(parts);
    }

    private PatternNode Quantified(PatternNode body)
    {
        if (Take("*"))
            return new PatternNode.Repeat(body, 0, null);
        if (Take("+"))
            return new PatternNode.Repeat(body, 1, null);
        if (Take("?"))
            return new PatternNode.Repeat(body, 0, 1);
        if (!Take("{"))
            return body;

        string[] limits = pattern[_at..(_at = pattern.IndexOf('}', _at))].Split(',');
        _at++;
        int least = int.Parse(limits[0], CultureInfo.InvariantCulture);
        int? most = limits.Length == 1 ? least : limits[1] == "" ? null : int.Parse(limits[1], CultureInfo.InvariantCulture);
        return new PatternNode.Repeat(body, least, most);
    }

    private PatternNode Atom()
    {
        if (Take("("))
            return Group();
        if (Take("["))
            return new PatternNode.One(Set());
        if (Take("^"))
            return new PatternNode.Anchor(Operation.TextStart);
        if (Take("$"))
            return new PatternNode.Anchor(Operation.TextEnd);
        if (Take(@"\b"))
            return new PatternNode.Anchor(Operation.WordBoundary);
        return new PatternNode.One(Take(".")
            ? CharacterSet.Build(set => set.Add('\n', '\n'), negated: true)
            : CharacterSet.Build(set => AddItem(set, ranges: false)));
    }

    private PatternNode Group()
    {
        PatternNode node;
        if (Take("?:"))
            node = Choice();
        else if (Take("?="))
            node = new PatternNode.Ahead(Choice(), Wanted: true);
        else if (Take("?!"))
            node = new PatternNode.Ahead(Choice(), Wanted: false);
        else if (Take("?<=["))
            node = new PatternNode.Behind(Set(), Wanted: true);
        else if (Take("?<!["))
            node = new PatternNode.Behind(Set(), Wanted: false);
        else
        {
            int number = ++Groups;
            node = new PatternNode.Capture(Choice(), number);
        }
        return Take(")") ? node : throw Refuse("missing )");
    }

    /// <summary>A set after its opening bracket.</summary>
    private CharacterSet Set()
    {
        bool negated = Take("^");
        return CharacterSet.Build(set =>
        {
            do
                AddItem(set, ranges: true);
            while (!Take("]"));
        }, negated);
    }

    /// <summary>A class, a character or, in a set, a range of characters.</summary>
    private void AddItem(CharacterSet set, bool ranges)
    {
        if (_at + 1 < pattern.Length && pattern[_at] == '\\' && "wdsWDS".Contains(pattern[_at + 1]))
        {
            set.AddClass(pattern[_at + 1]);
            _at += 2;
            return;
        }
        int first = Character();
        bool range = ranges && _at + 1 < pattern.Length && pattern[_at] == '-' && pattern[_at + 1] != ']';
        _at += range ? 1 : 0;
        set.Add(first, range ? Character() : first);
    }

    private int Character()
    {
        if (_at == pattern.Length)
            throw Refuse("unexpected end");
        if (Take(@"\x"))
            return Table.CodePoint(pattern.AsSpan((_at += 2) - 2, 2));
        bool escaped = Take("\\");
        int character = CodePoints.At(pattern, _at, out int length);
        _at += length;
        return !escaped ? character : character switch
        {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'f' => '\f',
            _ when !char.IsAsciiLetterOrDigit((char)character) => character,
            _ => throw Refuse("unknown escape"),
        };
    }

    private bool Take(string token)
    {
        if (string.CompareOrdinal(pattern, _at, token, 0, token.Length) != 0)
            return false;
        _at += token.Length;
        return true;
    }

    private ArgumentException Refuse(string reason) => new($"pattern {pattern}: {reason} at {_at}");
}
