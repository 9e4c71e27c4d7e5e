using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.RegularExpressions;

namespace OpenSora.Client.Commands;

/// <summary>Options that read their values as the original's argparse does.</summary>
internal static partial class Flag
{
    /// <summary>yes/true/t/y/1 and no/false/f/n/0 in any case, as the original's str2bool; alone it means true.</summary>
    public static Option<Toggle> Bool(string name, string description, bool byDefault = false) => new(name)
    {
        Description = description,
        Arity = ArgumentArity.ZeroOrOne,
        DefaultValueFactory = _ => new Toggle(byDefault),
        CustomParser = result => new Toggle(result.Tokens[0].Value.ToLowerInvariant() switch
        {
            "yes" or "true" or "t" or "y" or "1" => true,
            "no" or "false" or "f" or "n" or "0" => false,
            var other => Refuse<bool>(result, name, other, "yes, true, t, y, 1, no, false, f, n or 0"),
        }),
    };

    /// <summary>What a <see cref="Bool"/> says; the parser gives a flag without a value its default, and here that means true.</summary>
    public static bool IsOn(this ParseResult parsed, Option<Toggle> option) =>
        parsed.GetResult(option) is { Implicit: false, Tokens.Count: 0 } || parsed.GetValue(option).On;

    public static Option<int> Int(string name, string description, int byDefault) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => byDefault,
        CustomParser = result => ParseInt(result, name) ?? 0,
    };

    public static Option<long> Long(string name, string description, long byDefault) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => byDefault,
        CustomParser = result =>
            long.TryParse(result.Tokens[0].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
                ? value
                : Refuse<long>(result, name, result.Tokens[0].Value, "a whole number"),
    };

    public static Option<int?> OptionalInt(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = result => ParseInt(result, name),
    };

    public static Option<double> Double(string name, string description, double byDefault) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => byDefault,
        CustomParser = result => ParseDouble(result, name) ?? 0,
    };

    public static Option<double?> OptionalDouble(string name, string description, double? byDefault = null) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => byDefault,
        CustomParser = result => ParseDouble(result, name),
    };

    public static Option<string> Text(string name, string description, string byDefault) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => byDefault,
    };

    public static Option<string?> OptionalText(string name, string description) => new(name) { Description = description };

    /// <summary>The path of a file or a folder.</summary>
    public static Option<string> Path(string name, string description, string byDefault) => NotEmpty(Text(name, description, byDefault));

    /// <inheritdoc cref="Path"/>
    public static Option<string?> OptionalPath(string name, string description) => NotEmpty(OptionalText(name, description));

    /// <summary>Refuses an empty path, as a variable of a shell that is not set gives it.</summary>
    public static Option<T> NotEmpty<T>(Option<T> option)
    {
        option.Validators.Add(given =>
        {
            if (given.Tokens.Any(token => token.Value.Length == 0))
                given.AddError($"{option.Name} is empty: give a path, or leave the flag out");
        });
        return option;
    }

    /// <summary>One of a few words; anything else is refused with the words that are accepted.</summary>
    public static Option<string> Choice(string name, string description, string byDefault, params string[] words) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => byDefault,
        CustomParser = result => result.Tokens[0].Value is var word && words.Contains(word)
            ? word
            : Refuse<string>(result, name, word, Words(words)),
    };

    /// <summary>One value or more after the flag.</summary>
    public static Option<string[]> Texts(string name, string description) => new(name)
    {
        Description = description,
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>The refusal of a value that looks like a flag: the parser takes an unknown flag for one more value. The original's argparse refuses it, too.</summary>
    /// <returns>Null when there is none.</returns>
    public static string? TakenAsAValue(ParseResult parsed) => parsed.CommandResult.Children.OfType<OptionResult>()
        .SelectMany(option => option.Tokens, (option, token) => (option.Option, token.Value))
        .Where(taken => LooksLikeAFlag().IsMatch(taken.Value))
        .Select(taken => $"unknown flag '{taken.Value}', after {taken.Option.Name}")
        .FirstOrDefault();

    [GeneratedRegex(@"^--[A-Za-z][\w-]*(=.*)?$", RegexOptions.Singleline)]
    private static partial Regex LooksLikeAFlag();

    /// <exception cref="Contracts.InputException">The value is outside of its range.</exception>
    public static int Within(string name, int value, int least, int most) => value >= least && value <= most
        ? value
        : throw new Contracts.InputException($"{name} {value} is out of range: give {least} to {most}");

    private static int? ParseInt(ArgumentResult result, string name) =>
        int.TryParse(result.Tokens[0].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)
            ? value
            : Refuse<int?>(result, name, result.Tokens[0].Value, "a whole number");

    private static double? ParseDouble(ArgumentResult result, string name) =>
        double.TryParse(result.Tokens[0].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value)
            ? value
            : Refuse<double?>(result, name, result.Tokens[0].Value, "a number");

    private static T? Refuse<T>(ArgumentResult result, string name, string value, string accepted)
    {
        result.AddError($"{name} '{value}' is not accepted: give {accepted}");
        return default;
    }

    private static string Words(string[] words) => string.Join(", ", words[..^1]) + " or " + words[^1];
}

/// <summary>A bool that the parser does not know as one: for its own bools it takes no other words than true and false.</summary>
internal readonly record struct Toggle(bool On)
{
    public override string ToString() => On ? "True" : "False";
}
