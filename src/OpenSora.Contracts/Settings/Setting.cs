using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;

namespace OpenSora.Contracts.Settings;

/// <summary>A variable of the environment, and the option that it sets.</summary>
/// <param name="Variable">e.g. <c>OPENSORA_CLUSTER_REST</c>.</param>
public sealed record Setting(string Variable, PropertyInfo Option)
{
    private Type Type => Nullable.GetUnderlyingType(Option.PropertyType) ?? Option.PropertyType;

    /// <summary>What may be given, in words; empty for any text.</summary>
    public string Range => Type == typeof(bool) ? "true or false"
        : Type == typeof(Uri) ? "http://HOST:PORT or https://HOST:PORT"
        : Option.GetCustomAttribute<AllowedValuesAttribute>() is { Values: [.. var others, var last] } ? $"{string.Join(", ", others)} or {last}"
        : Option.GetCustomAttribute<RangeAttribute>() is { } range ? string.Create(CultureInfo.InvariantCulture, $"{range.Minimum} to {range.Maximum}{Unit}")
        : "";

    private string Unit => Type == typeof(TimeSpan) ? " s" : Type == typeof(int) ? ", whole" : "";

    /// <summary>What options have that no variable set, as it would be written; empty for nothing.</summary>
    public string DefaultOf(object options) => Option.GetValue(options) switch
    {
        null or "" => "",
        bool on => on ? "true" : "false",
        Uri address => address.OriginalString,
        TimeSpan time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds} s"),
        var value => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    /// <summary>Times are in seconds.</summary>
    /// <exception cref="InputException">The word cannot be used.</exception>
    public object Read(string word)
    {
        object? value = Type == typeof(string) ? word
            : Type == typeof(bool) ? (bool.TryParse(word, out bool on) ? on : null)
            : Type == typeof(Uri) ? (Uri.TryCreate(word, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https" ? address : null)
            : double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && (Type != typeof(int) || number == Math.Floor(number)) ? number : null;
        if (value is null || !Option.GetCustomAttributes<ValidationAttribute>().All(rule => rule.IsValid(value)))
            throw new InputException($"{Variable}={word} cannot be used: give {Range}");
        return value switch
        {
            double seconds when Type == typeof(TimeSpan) => TimeSpan.FromSeconds(seconds),
            double whole when Type == typeof(int) => (int)whole,
            _ => value,
        };
    }
}
