using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using OpenSora.Contracts;

namespace OpenSora.Silo.Api;

/// <summary>What a request brings, field by field, however it was sent: texts, and at most one reference.</summary>
internal sealed partial class RequestFields
{
    public static readonly string[] References = [VideoOrders.Reference, "image_reference", "video_reference", "reference_url"], Further = ["extra_body", "extra_params"];

    /// <summary>Fields whose null says something.</summary>
    private static readonly string[] Nullable = ["aes", "flow", "camera_motion"];

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private string? _reference;

    /// <summary>Each a text, which is how forms send them and how JSON's numbers are read.</summary>
    public IReadOnlyDictionary<string, string> Values => _values;

    public byte[]? Reference { get; private set; }

    /// <summary>All members of an object of JSON.</summary>
    /// <param name="name">Of the object.</param>
    public void AddAll(string name, JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.String)
            AddAll(name, Parse(name, TextOf(name, element)));
        else if (element.ValueKind != JsonValueKind.Object)
            throw new FieldException(name, $"{name} is {WordOf(element)}: give an object of fields");
        else
            foreach (JsonProperty member in element.EnumerateObject())
                Add(NameOf(name, member), member.Value);
    }

    /// <summary>A field of a form; <c>input_reference[image_url]</c> is the member <c>image_url</c> of <c>input_reference</c>.</summary>
    public void Add(string name, string value)
    {
        if (name.Contains('\uFFFD', StringComparison.Ordinal))
            throw new FieldException(ApiError.Shown(name), $"the name of the field '{ApiError.Shown(name)}' is no UTF-8: send it as that");
        if (Member().Match(name) is { Success: true } member && References.Contains(member.Groups[1].Value))
            AddUrl(member.Groups[1].Value, member.Groups[2].Value, Checked(name, value));
        else if (Further.Contains(name))
            AddAll(name, Parse(name, Checked(name, value)));
        else if (References.Contains(name))
            AddReference(name, Checked(name, value));
        else if (!_values.TryAdd(name, Checked(name, value)))
            throw new FieldException(ApiError.Shown(name), $"the field '{ApiError.Shown(name)}' is there twice: give it once");
    }

    /// <summary>Takes a field out; null where it is not there.</summary>
    public string? Take(string name) => _values.Remove(name, out string? value) ? value : null;

    /// <exception cref="FieldException">There is one already.</exception>
    public void AddReference(string name, byte[] bytes)
    {
        if (_reference is not null)
            throw new FieldException(name, _reference == name ? $"{name} is there twice: give one reference" : $"{_reference} and {name} are both there: give one reference");
        (_reference, Reference) = (name, bytes);
    }

    private void Add(string name, JsonElement value)
    {
        if (Further.Contains(name) && value.ValueKind != JsonValueKind.Null)
        {
            AddAll(name, value);
            return;
        }
        if (References.Contains(name) && value.ValueKind == JsonValueKind.Object)
        {
            AddReference(name, value);
            return;
        }
        string? text = value.ValueKind switch
        {
            JsonValueKind.String => TextOf(name, value),
            JsonValueKind.Number => value.GetRawText(),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            JsonValueKind.Null => Nullable.Contains(name) ? "" : null,
            _ => throw new FieldException(ApiError.Shown(name), $"the field '{ApiError.Shown(name)}' is {WordOf(value)}: give a text, a number or a truth value"),
        };
        if (text is not null)
            Add(name, text);
    }

    /// <summary>A reference as a text: the address of its bytes, or an object of JSON with it.</summary>
    private void AddReference(string name, string value)
    {
        if (value.StartsWith('{'))
            AddReference(name, Parse(name, value));
        else
            AddUrl(name, null, value);
    }

    private void AddReference(string name, JsonElement value)
    {
        if (value.EnumerateObject().ToArray() is not [var member])
            throw new FieldException(name, $"{name} has not one member: give {{\"image_url\": \"data:…\"}}");
        string of = NameOf(name, member);
        AddUrl(name, of, member.Value.ValueKind == JsonValueKind.String ? TextOf(name, member.Value)
            : throw new FieldException(name, $"{of} of {name} is {WordOf(member.Value)}: give a text, data:TYPE;base64,…"));
    }

    /// <param name="member">Of the object that the address came in; null where it came alone.</param>
    private void AddUrl(string name, string? member, string url)
    {
        if (member is not (null or "image_url" or "video_url"))
            throw new FieldException(name, $"{ApiError.Shown(member)} of {name} is not taken, for no files are kept here: give image_url or video_url with data:TYPE;base64,…, or send the file itself as {VideoOrders.Reference}");
        if (!url.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
            throw new FieldException(name, $"{name} '{ApiError.Shown(url)}' is not taken: this service fetches no address, for it could reach what its users cannot; give data:TYPE;base64,…, or send the file itself as {VideoOrders.Reference}");
        int comma = url.IndexOf(',', StringComparison.Ordinal);
        byte[] bytes = new byte[url.Length];
        if (comma < 0 || !url[..comma].EndsWith(";base64", StringComparison.OrdinalIgnoreCase) || !Convert.TryFromBase64Chars(url.AsSpan(comma + 1), bytes, out int length))
            throw new FieldException(name, $"{name} is no data URL that can be read: give data:TYPE;base64, and then base64");
        AddReference(name, bytes[..length]);
    }

    private static JsonElement Parse(string name, string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 4 });
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone()
                : throw new FieldException(name, $"{name} is {WordOf(document.RootElement)}: give an object of JSON");
        }
        catch (JsonException error)
        {
            throw new FieldException(name, $"{name} is not valid JSON: {error.Message}", inner: error);
        }
    }

    /// <exception cref="FieldException">It has a half of a character, or bytes that are none.</exception>
    private static string TextOf(string name, JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException error)
        {
            throw NoText(name, error);
        }
    }

    private static string NameOf(string of, JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException error)
        {
            throw new InputException($"the name of a field of {of} is no text: send UTF-8, and surrogates in pairs", error);
        }
    }

    private static string Checked(string name, string value) => value.AsSpan().ContainsAny('\0', '\uFFFD') ? throw NoText(name, null) : value;

    private static FieldException NoText(string name, Exception? error) =>
        new(ApiError.Shown(name), $"the field '{ApiError.Shown(name)}' is no text: send UTF-8 without U+0000 and U+FFFD, and surrogates in pairs", inner: error);

    private static string WordOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => "an array",
        JsonValueKind.Object => "an object",
        _ => "a " + value.ValueKind.ToString().ToLower(CultureInfo.InvariantCulture),
    };

    [GeneratedRegex(@"^(\w+)\[(\w+)\]$")]
    private static partial Regex Member();
}
