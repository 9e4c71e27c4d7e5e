using System.Text.Json;
using OpenSora.Contracts;

namespace OpenSora.Layout.Models;

/// <summary>The <c>config.json</c> of a checkpoint folder, read into a record whose properties are the keys in snake case.</summary>
public static class ConfigFile
{
    private static readonly JsonSerializerOptions s_options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static string PathOf(string folder) => Path.Combine(folder, "config.json");

    /// <summary>Reads the file; keys that the record does not have are skipped, keys that the file does not have keep the record's default.</summary>
    /// <exception cref="InputException">The file is missing, no JSON, or a value has the wrong type.</exception>
    public static T Read<T>(string folder)
    {
        string file = PathOf(folder);
        try
        {
            using FileStream stream = File.OpenRead(file);
            return JsonSerializer.Deserialize<T>(stream, s_options) ?? throw new InputException($"{file} is null, it should be a JSON object");
        }
        catch (JsonException e)
        {
            throw new InputException($"{file} cannot be read as a model's configuration: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"cannot read {file} ({e.Message}): a checkpoint folder needs its config.json", e);
        }
    }

    /// <exception cref="InputException">When <paramref name="condition"/> does not hold.</exception>
    public static void Require(bool condition, string file, string what)
    {
        if (!condition)
            throw new InputException($"{file}: {what}");
    }
}
