using System.Collections;
using System.Reflection;
using System.Text;

namespace OpenSora.Contracts.Settings;

/// <summary>Options from the environment: the one place that reads it. docs/settings.md lists all of them.</summary>
/// <remarks>Each start of a program passes here: plain loops, because queries would cost it 10 ms of compilation.</remarks>
public static class SettingsReader
{
    /// <summary>What the environment of this process sets; the rest as in a new <typeparamref name="T"/>. A variable that is empty sets nothing.</summary>
    /// <exception cref="InputException">A value that cannot be used, or a variable that is not known where all are.</exception>
    public static T Read<T>() where T : class, new() => Read<T>(Environment.GetEnvironmentVariables());

    /// <inheritdoc cref="Read{T}()"/>
    public static T Read<T>(IDictionary environment) where T : class, new()
    {
        T options = new();
        Visit(options, VariablesOf(typeof(T)), (holder, setting) =>
        {
            if (environment[setting.Variable] is string { Length: > 0 } word)
                setting.Option.SetValue(holder, setting.Read(word));
        }, (variables, known) => RefuseOthers(variables.Prefix, known, environment));
        return options;
    }

    /// <summary>All that set something in a <typeparamref name="T"/>, with the default.</summary>
    public static IReadOnlyList<(Setting Setting, string Default)> List<T>() where T : class, new()
    {
        List<(Setting, string)> all = [];
        Visit(new T(), VariablesOf(typeof(T)), (holder, setting) => all.Add((setting, setting.DefaultOf(holder))), (_, _) => { });
        return all;
    }

    /// <summary>The names of the variables that begin so and are not empty, in order. Values may be secrets.</summary>
    public static IReadOnlyList<string> Names(string prefix) =>
        [.. from DictionaryEntry pair in Environment.GetEnvironmentVariables()
            where pair.Value is string { Length: > 0 } && ((string)pair.Key).StartsWith(prefix, StringComparison.Ordinal)
            orderby pair.Key
            select (string)pair.Key];

    /// <summary>Each setting of options, and of options within them, with what holds it.</summary>
    /// <param name="own">Called for options that own their prefix, with all variables that there are.</param>
    private static void Visit(object options, VariablesAttribute variables, Action<object, Setting> visit, Action<VariablesAttribute, List<string>> own)
    {
        List<string> names = [];
        foreach (PropertyInfo option in options.GetType().GetProperties())
        {
            if (!option.CanWrite)
                continue;
            if ((option.GetCustomAttribute<VariablesAttribute>() ?? option.PropertyType.GetCustomAttribute<VariablesAttribute>()) is { } group)
            {
                Visit(option.GetValue(options)!, group, visit, own);
                continue;
            }
            Setting setting = new(option.GetCustomAttribute<VariableAttribute>()?.Name ?? variables.Prefix + Words(option.Name), option);
            names.Add(setting.Variable);
            visit(options, setting);
        }
        if (variables.OwnsPrefix)
            own(variables, names);
    }

    private static void RefuseOthers(string prefix, List<string> known, IDictionary environment)
    {
        foreach (object key in environment.Keys)
            if (key is string name && name.StartsWith(prefix, StringComparison.Ordinal) && !known.Contains(name))
                throw new InputException($"{name} is not known: there are {string.Join(", ", known.Order(StringComparer.Ordinal))}");
    }

    private static VariablesAttribute VariablesOf(Type options) => options.GetCustomAttribute<VariablesAttribute>() ?? new VariablesAttribute();

    /// <summary><c>RestWindow</c> → <c>REST_WINDOW</c>.</summary>
    private static string Words(string name)
    {
        StringBuilder words = new();
        for (int at = 0; at < name.Length; at++)
        {
            if (at > 0 && char.IsUpper(name[at]) && char.IsLower(name[at - 1]))
                words.Append('_');
            words.Append(char.ToUpperInvariant(name[at]));
        }
        return words.ToString();
    }
}
