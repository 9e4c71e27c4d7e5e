using System.Globalization;
using OpenSora.Contracts;

namespace OpenSora.Benchmarks;

/// <summary>Flags of a command: <c>--name value</c> each.</summary>
internal sealed class Flags
{
    private readonly Dictionary<string, string> _given = [];
    private readonly HashSet<string> _asked = [];

    public Flags(IReadOnlyList<string> arguments)
    {
        for (int i = 0; i < arguments.Count; i += 2)
            _given[arguments[i]] = i + 1 < arguments.Count ? arguments[i + 1] : throw new InputException($"{arguments[i]} needs a value");
    }

    public string Word(string name, string byDefault)
    {
        _asked.Add(name);
        return _given.GetValueOrDefault(name, byDefault);
    }

    public int Number(string name, int byDefault)
    {
        string word = Word(name, byDefault.ToString(CultureInfo.InvariantCulture));
        return int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw new InputException($"{name} '{word}' is not accepted: give a whole number");
    }

    /// <summary>To be called after all flags were asked for.</summary>
    /// <exception cref="InputException">A flag that no one asked for.</exception>
    public void Done()
    {
        if (_given.Keys.FirstOrDefault(name => !_asked.Contains(name)) is { } unknown)
            throw new InputException($"{unknown} is not known: give {string.Join(", ", _asked.Order())}");
    }
}
