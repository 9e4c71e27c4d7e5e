using System.Text.Json;
using OpenSora.TestKit;

namespace OpenSora.Contracts.Tests.Clips;

/// <summary>Tables of the original's results, one JSON array a file.</summary>
internal static class GoldenTable
{
    public static List<JsonElement> Rows(params string[] path)
    {
        using JsonDocument table = JsonDocument.Parse(File.ReadAllText(Path.Combine([Repository.Golden, .. path])));
        return [.. table.RootElement.Clone().EnumerateArray()];
    }

    /// <summary>What <paramref name="ours"/> gives, in the words of the tables: the JSON of a result, or "error".</summary>
    public static string Outcome(Func<object> ours)
    {
        try
        {
            return JsonSerializer.Serialize(ours());
        }
        catch (InputException)
        {
            return "error";
        }
    }

    /// <summary>The outcome that a row holds.</summary>
    public static string Expected(JsonElement row) =>
        row.TryGetProperty("result", out JsonElement result) ? JsonSerializer.Serialize(result) : "error";
}
