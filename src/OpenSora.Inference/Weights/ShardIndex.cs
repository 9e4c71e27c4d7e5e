using System.Text.Json;
using OpenSora.Contracts;

namespace OpenSora.Inference.Weights;

/// <summary>
/// The index of a sharded checkpoint: <c>{"metadata": {…}, "weight_map": {"key": "model-00001-of-00002.safetensors", …}}</c>.
/// </summary>
internal static class ShardIndex
{
    private const int MaxBytes = 64 << 20;

    /// <summary>The shard of every key, as a file name in the index's own folder.</summary>
    /// <exception cref="InputException">It is not such an index, or a file name leaves the folder.</exception>
    public static Dictionary<string, string> Read(string path)
    {
        try
        {
            using MappedFile file = MappedFile.Open(path);
            if (file.Length > MaxBytes)
                throw new FormatException($"has {file.Length} bytes, more than {MaxBytes}");
            return Parse(file.Span(0, (int)file.Length));
        }
        catch (FormatException e)
        {
            throw new InputException($"{path} {e.Message}: it is no index of a sharded checkpoint; copy or download it again", e);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the latter: text that is not UTF-8
        {
            throw new InputException($"{path} is not valid JSON ({Show.Name(e.Message)}); copy or download it again", e);
        }
    }

    private static Dictionary<string, string> Parse(ReadOnlySpan<byte> utf8)
    {
        Utf8JsonReader json = new(utf8, new JsonReaderOptions { MaxDepth = 16 });
        Dictionary<string, string>? map = null;
        Expect(ref json, JsonTokenType.StartObject, "the index");
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (!json.ValueTextEquals("weight_map"u8))
                json.Skip();
            else if (map is null)
                map = ReadMap(ref json);
            else
                throw new FormatException("has two weight_maps");
        }
        json.Read(); // throws on anything but white space after the object
        return map ?? throw new FormatException("has no weight_map");
    }

    private static Dictionary<string, string> ReadMap(ref Utf8JsonReader json)
    {
        Dictionary<string, string> map = [];
        Expect(ref json, JsonTokenType.StartObject, "weight_map");
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string key = json.GetString()!;
            Expect(ref json, JsonTokenType.String, key);
            if (!map.TryAdd(key, CheckName(json.GetString()!)))
                throw new FormatException($"names {Show.Name(key)} twice");
        }
        return map;
    }

    private static string CheckName(string shard)
    {
        if (shard.Length == 0 || shard is "." or ".." || shard.AsSpan().ContainsAny('/', '\\', '\0'))
            throw new FormatException($"names the shard {Show.Name(shard)}, which is not a file name in the same folder");
        return shard;
    }

    private static void Expect(ref Utf8JsonReader json, JsonTokenType type, string what)
    {
        json.Read();
        if (json.TokenType != type)
            throw new FormatException($"has {json.TokenType} where {Show.Name(what)} needs {type}");
    }
}
