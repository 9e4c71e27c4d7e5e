using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using OpenSora.Cluster;
using OpenSora.Contracts;

namespace OpenSora.Silo;

/// <summary>Waits and attempts from the environment: <c>OPENSORA_CLUSTER_REST_WINDOW=60</c> sets <see cref="ClusterOptions.RestWindow"/>; times are in seconds.</summary>
internal static partial class ClusterSettings
{
    public const string Prefix = "OPENSORA_CLUSTER_";

    /// <summary>Of an option without a range of its own.</summary>
    private static readonly RangeAttribute Usual = new(0.01, 1_000_000);

    /// <summary>Each variable, and the option that it sets.</summary>
    public static IReadOnlyDictionary<string, PropertyInfo> Variables { get; } = typeof(ClusterOptions)
        .GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(option => option.CanWrite)
        .ToDictionary(option => Prefix + WordBegins().Replace(option.Name, "_").ToUpperInvariant());

    /// <exception cref="InputException">A variable that is not known, or a value that cannot be used.</exception>
    public static ClusterOptions FromEnvironment() => From(Environment.GetEnvironmentVariables());

    internal static ClusterOptions From(IDictionary environment)
    {
        ClusterOptions options = new();
        foreach (DictionaryEntry given in environment)
        {
            if (given.Key is not string name || !name.StartsWith(Prefix, StringComparison.Ordinal))
                continue;
            if (!Variables.TryGetValue(name, out PropertyInfo? option))
                throw new InputException($"{name} is not known: there are {string.Join(", ", Variables.Keys.Order(StringComparer.Ordinal))}");
            option.SetValue(options, Read(name, option, (string?)given.Value ?? ""));
        }
        return options;
    }

    private static object Read(string name, PropertyInfo option, string word)
    {
        RangeAttribute range = option.GetCustomAttribute<RangeAttribute>() ?? Usual;
        if (!double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) || !range.IsValid(value)
            || (option.PropertyType == typeof(int) && value != Math.Floor(value)))
            throw new InputException($"{name}={word} is out of range: give {range.Minimum} to {range.Maximum}{(option.PropertyType == typeof(TimeSpan) ? " seconds" : option.PropertyType == typeof(int) ? ", whole" : "")}");
        if (option.PropertyType == typeof(TimeSpan))
            return TimeSpan.FromSeconds(value);
        return option.PropertyType == typeof(int) ? (object)(int)value : value;
    }

    [GeneratedRegex("(?<=[a-z])(?=[A-Z])")]
    private static partial Regex WordBegins();
}
