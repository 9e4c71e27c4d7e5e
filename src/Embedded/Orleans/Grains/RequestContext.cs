using System.Collections.Immutable;

namespace Orleans.Runtime;

/// <summary>Values that flow with calls, from callers to callees and not back. They are copied as arguments are.</summary>
public static class RequestContext
{
    private static readonly AsyncLocal<ImmutableDictionary<string, object>?> Values = new();

    public static IEnumerable<string> Keys => Current.Keys;

    public static IEnumerable<KeyValuePair<string, object>> Entries => Current;

    internal static ImmutableDictionary<string, object> Current
    {
        get => Values.Value ?? ImmutableDictionary<string, object>.Empty;
        set => Values.Value = value;
    }

    /// <summary>The value; null if there is none.</summary>
    public static object? Get(string key) => Current.GetValueOrDefault(key);

    public static void Set(string key, object value) => Current = Current.SetItem(key, value);

    /// <summary>Whether there was one.</summary>
    public static bool Remove(string key)
    {
        bool had = Current.ContainsKey(key);
        Current = Current.Remove(key);
        return had;
    }

    public static void Clear() => Current = ImmutableDictionary<string, object>.Empty;
}
