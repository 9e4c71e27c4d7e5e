using System.Text.Json;
using OpenSora.Contracts;

namespace OpenSora.Inference.Verification;

/// <summary>Fields of the objects in golden JSON files, where rows may lack what others have.</summary>
internal static class GoldenFields
{
    /// <exception cref="InputException">There is no such field.</exception>
    public static JsonElement Field(this JsonElement row, string name) =>
        row.Find(name) ?? throw new InputException($"it has no '{name}'");

    /// <summary>Null when there is no such field, or none but null.</summary>
    public static JsonElement? Find(this JsonElement row, string name) =>
        row.ValueKind == JsonValueKind.Object && row.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static int Whole(this JsonElement row, string name, int otherwise) => row.Find(name)?.GetInt32() ?? otherwise;

    public static string Words(this JsonElement row, string name, string otherwise = "") => row.Find(name) is { } words ? GoldenTable.Text(words) : otherwise;

    /// <summary>Whether the fields that a row has are as they should be.</summary>
    /// <exception cref="InputException">It has none of them.</exception>
    public static bool Agrees(this JsonElement row, params (string Name, Func<JsonElement, bool> Same)[] fields)
    {
        bool[] same = [.. fields.Where(field => row.Find(field.Name) is not null).Select(field => field.Same(row.Field(field.Name)))];
        return same.Length > 0
            ? !same.Contains(false)
            : throw new InputException($"it has none of {string.Join(", ", fields.Select(field => $"'{field.Name}'"))}");
    }

    /// <summary>The items of a list; none when there is no such field.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement row, string name) => row.Find(name)?.EnumerateArray() ?? Enumerable.Empty<JsonElement>();
}
