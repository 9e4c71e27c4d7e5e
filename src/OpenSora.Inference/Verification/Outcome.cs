using System.Text.Json;
using OpenSora.Contracts;

namespace OpenSora.Inference.Verification;

/// <summary>What a function of the original gave in a golden table, <c>{"result": …}</c> or <c>{"error": …}</c>, against ours.</summary>
internal static class Outcome
{
    /// <summary>Whether our function gives the row's result, or refuses with an <see cref="InputException"/> where the original stops with an exception.</summary>
    /// <exception cref="InputException">The row tells neither.</exception>
    public static bool Matches<T>(JsonElement row, Func<T> ours)
    {
        bool stops = row.TryGetProperty("error", out _);
        if (!row.TryGetProperty("result", out JsonElement expected) && !stops)
            throw new InputException("it has neither 'result' nor 'error'");
        try
        {
            T actual = ours();
            return !stops && JsonElement.DeepEquals(JsonSerializer.SerializeToElement(actual), expected);
        }
        catch (InputException)
        {
            return stops;
        }
    }

    /// <summary>For <see cref="GoldenTable"/>: the row's own description where it differs.</summary>
    public static string? Difference<T>(JsonElement row, string description, Func<T> ours) => Matches(row, ours) ? null : description;
}
