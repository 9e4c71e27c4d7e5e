using System.Globalization;
using OpenSora.Contracts;

namespace OpenSora.DemoModel.Stages;

/// <summary>Flags of the commands: <c>--name value</c>.</summary>
internal sealed class Flags
{
    private readonly Dictionary<string, string> _values = [];

    public Flags(IReadOnlyList<string> args)
    {
        for (int i = 0; i < args.Count; i += 2)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal) || i + 1 == args.Count)
                throw new InputException($"{args[i]}: flags are given as --name value");
            _values[args[i][2..]] = args[i + 1];
        }
    }

    public string Text(string name, string standard) => _values.GetValueOrDefault(name, standard);

    public long Whole(string name, long standard) => !_values.TryGetValue(name, out string? text)
        ? standard
        : long.TryParse(text, CultureInfo.InvariantCulture, out long value) && value >= 0
            ? value
            : throw new InputException($"--{name} {text} is not a whole number of at least 0");

    public double Number(string name, double standard) => !_values.TryGetValue(name, out string? text)
        ? standard
        : double.TryParse(text, CultureInfo.InvariantCulture, out double value)
            ? value
            : throw new InputException($"--{name} {text} is not a number");
}
