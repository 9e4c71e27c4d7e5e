using System.Collections;
using System.Reflection;

namespace OpenSora.Contracts.Settings;

/// <summary>Options from the environment: the one place that reads it. docs/settings.md lists all of them.</summary>
public static class SettingsReader
{
    /// <summary>What the environment of this process sets; the rest as in a new <typeparamref name="T"/>. A variable that is empty sets nothing.</summary>
    /// <exception cref="InputException">A value that cannot be used, or a variable that is not known where all are.</exception>
    public static T Read<T>() where T : class, new() => Read<T>(Environment.GetEnvironmentVariables());

    /// <inheritdoc cref="Read{T}()"/>
    public static T Read<T>(IDictionary environment) where T : class, new()
    {
        T options = new();
        Read(options, VariablesOf(typeof(T)), environment);
        return options;
    }

    /// <summary>All that set something in a <typeparamref name="T"/>, with the default.</summary>
    public static IEnumerable<(Setting Setting, string Default)> List<T>() where T : class, new() => List(new T(), VariablesOf(typeof(T)));

    private static IEnumerable<(Setting, string)> List(object options, VariablesAttribute variables) =>
        Settings(options, variables).Select(setting => (setting, setting.DefaultOf(options)))
            .Concat(Groups(options).SelectMany(group => List(group.Options, group.Variables)));

    private static void Read(object options, VariablesAttribute variables, IDictionary environment)
    {
        List<Setting> settings = [.. Settings(options, variables)];
        if (variables.OwnsPrefix)
            foreach (string name in environment.Keys.OfType<string>().Where(name => name.StartsWith(variables.Prefix, StringComparison.Ordinal)))
                if (!settings.Exists(setting => setting.Variable == name))
                    throw new InputException($"{name} is not known: there are {string.Join(", ", settings.Select(setting => setting.Variable).Order(StringComparer.Ordinal))}");
        foreach (Setting setting in settings)
            if (environment[setting.Variable] is string { Length: > 0 } word)
                setting.Option.SetValue(options, setting.Read(word));
        foreach ((object group, VariablesAttribute own) in Groups(options))
            Read(group, own, environment);
    }

    private static IEnumerable<Setting> Settings(object options, VariablesAttribute variables) =>
        from option in options.GetType().GetProperties()
        where option.CanWrite && GroupOf(option) is null
        select new Setting(option.GetCustomAttribute<VariableAttribute>()?.Name ?? variables.Prefix + Words(option.Name), option);

    /// <summary>Options within options.</summary>
    private static IEnumerable<(object Options, VariablesAttribute Variables)> Groups(object options) =>
        from option in options.GetType().GetProperties()
        where option.CanWrite && GroupOf(option) is not null
        select (option.GetValue(options)!, GroupOf(option)!);

    private static VariablesAttribute? GroupOf(PropertyInfo option) =>
        option.GetCustomAttribute<VariablesAttribute>() ?? option.PropertyType.GetCustomAttribute<VariablesAttribute>();

    private static VariablesAttribute VariablesOf(Type options) => options.GetCustomAttribute<VariablesAttribute>() ?? new VariablesAttribute();

    /// <summary><c>RestWindow</c> → <c>REST_WINDOW</c>.</summary>
    private static string Words(string name) => string.Concat(name.Select((letter, at) =>
        at > 0 && char.IsUpper(letter) && char.IsLower(name[at - 1]) ? $"_{letter}" : $"{char.ToUpperInvariant(letter)}"));
}
