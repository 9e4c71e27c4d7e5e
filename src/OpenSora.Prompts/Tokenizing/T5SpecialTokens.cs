using System.Globalization;
using System.Text.Json;
using OpenSora.Contracts;
using OpenSora.Prompts.Tokenizing.SentencePiece;

namespace OpenSora.Prompts.Tokenizing;

/// <summary>
/// The strings that a T5 tokenizer takes as one token wherever they stand in a text, and their ids: the end of a sentence,
/// padding, unknown, and <c>&lt;extra_id_0&gt;</c> and on, which count down from the top of the vocabulary. Read from
/// <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c>; without them, T5's own.
/// </summary>
internal sealed class T5SpecialTokens
{
    private const string ConfigName = "tokenizer_config.json", MapName = "special_tokens_map.json";

    private const int DefaultExtraIds = 100;

    private readonly Dictionary<string, int> _ids = [];
    private readonly SentencePieces _pieces;
    private readonly string _folder;

    private T5SpecialTokens(string folder, SentencePieces pieces)
    {
        _folder = folder;
        _pieces = pieces;
        using JsonDocument? config = Read(ConfigName);
        using JsonDocument? map = Read(MapName);

        int extraIds = ExtraIds(config);
        VocabularySize = pieces.Pieces.Count + extraIds;
        for (int i = 0; i < extraIds; i++)
            _ids[$"<extra_id_{i.ToString(CultureInfo.InvariantCulture)}>"] = VocabularySize - 1 - i;
        End = AddPiece(Name("eos_token", config, map) ?? "</s>");
        Padding = AddPiece(Name("pad_token", config, map) ?? "<pad>");
        Unknown = AddPiece(Name("unk_token", config, map) ?? "<unk>");
    }

    /// <summary>Names of the files that they are read from, where those are there.</summary>
    public static IReadOnlyList<string> Files { get; } = [ConfigName, MapName];

    /// <summary>The id that ends every prompt.</summary>
    public int End { get; }

    public int Padding { get; }

    /// <summary>The id of all text without a piece of its own.</summary>
    public int Unknown { get; }

    /// <summary>The pieces and the extra ids above them.</summary>
    public int VocabularySize { get; }

    public static T5SpecialTokens Load(string folder, SentencePieces pieces) => new(folder, pieces);

    /// <summary>The longest special token that begins at <paramref name="at"/>.</summary>
    public (string Token, int Id)? At(string text, int at)
    {
        (string Token, int Id)? longest = null;
        foreach ((string token, int id) in _ids)
            if (token.Length > (longest?.Token.Length ?? 0) && string.CompareOrdinal(text, at, token, 0, token.Length) == 0)
                longest = (token, id);
        return longest;
    }

    private int AddPiece(string token)
    {
        int id = _pieces.IdOf(token);
        if (_pieces.Pieces[id].Text != token)
            throw new InputException($"{_folder}: the special token {token} is not in the vocabulary of spiece.model; "
                + "the tokenizer's files do not belong together");
        return _ids[token] = id;
    }

    private int ExtraIds(JsonDocument? config)
    {
        if (config is null || !config.RootElement.TryGetProperty("extra_ids", out JsonElement value))
            return DefaultExtraIds;
        const int most = 1_000_000;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int count) && count is >= 0 and <= most
            ? count
            : throw new InputException($"{_folder}/{ConfigName}: extra_ids is {value.GetRawText()}; "
                + $"it must be a number from 0 to {most}");
    }

    /// <summary>A token's text, which stands there plainly or with its settings as <c>content</c>. The map has the last word.</summary>
    private static string? Name(string key, params ReadOnlySpan<JsonDocument?> sources)
    {
        string? name = null;
        foreach (JsonDocument? source in sources)
        {
            if (source is null || !source.RootElement.TryGetProperty(key, out JsonElement value))
                continue;
            if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty("content", out JsonElement content))
                value = content;
            if (value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text)
                name = text;
        }
        return name;
    }

    private JsonDocument? Read(string name)
    {
        string path = Path.Combine(_folder, name);
        if (!File.Exists(path))
            return null;
        try
        {
            JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document
                : throw new JsonException("it holds no object");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path} cannot be read: {e.Message}", e);
        }
    }
}
