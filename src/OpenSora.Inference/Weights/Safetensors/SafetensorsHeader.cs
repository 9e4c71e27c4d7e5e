using System.Text.Json;
using static TorchSharp.torch;

namespace OpenSora.Inference.Weights.Safetensors;

/// <summary>One tensor as the header declares it: bytes [Begin, End) of the data that follows the header.</summary>
internal sealed record TensorHeader(WeightEntry Entry, long Begin, long End);

/// <summary>
/// Reads the JSON header: <c>{"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, …}</c> with an optional
/// <c>"__metadata__"</c> of strings. Every mistake is a <see cref="FormatException"/> that completes "FILE …".
/// </summary>
internal ref struct SafetensorsHeader
{
    private const string MetadataKey = "__metadata__";

    /// <summary>Torch's own limit on the number of dimensions.</summary>
    private const int MaxDimensions = 64;

    private Utf8JsonReader _json;
    private readonly List<TensorHeader> _tensors = [];
    private readonly HashSet<string> _names = [];
    private readonly Dictionary<string, string> _metadata = [];

    private SafetensorsHeader(ReadOnlySpan<byte> utf8) => _json = new Utf8JsonReader(utf8);

    /// <summary>The declared tensors in the header's order, and the metadata.</summary>
    public static (List<TensorHeader> Tensors, IReadOnlyDictionary<string, string> Metadata) Parse(ReadOnlySpan<byte> utf8)
    {
        try
        {
            SafetensorsHeader header = new(utf8);
            header.ReadTensors();
            return (header._tensors, header._metadata);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the latter: text that is not UTF-8
        {
            throw new FormatException($"has a header that is not valid JSON ({Show.Name(e.Message)})");
        }
    }

    private void ReadTensors()
    {
        Expect(JsonTokenType.StartObject, "the header");
        while (NextProperty(out string name))
        {
            if (!_names.Add(name))
                throw new FormatException($"declares {Show.Name(name)} twice");
            if (name == MetadataKey)
                ReadMetadata();
            else
                _tensors.Add(ReadTensor(name));
        }
        _json.Read(); // throws on anything but white space after the header
    }

    private void ReadMetadata()
    {
        Expect(JsonTokenType.StartObject, MetadataKey);
        while (NextProperty(out string key))
        {
            Expect(JsonTokenType.String, $"{MetadataKey} {key}");
            if (!_metadata.TryAdd(key, _json.GetString()!))
                throw new FormatException($"has {MetadataKey} {Show.Name(key)} twice");
        }
    }

    private TensorHeader ReadTensor(string name)
    {
        ScalarType? type = null;
        long[]? shape = null, offsets = null;
        Expect(JsonTokenType.StartObject, name);
        while (NextProperty(out string field))
        {
            if ((field == "dtype" && type is not null) || (field == "shape" && shape is not null) || (field == "data_offsets" && offsets is not null))
                throw new FormatException($"declares {field} of {Show.Name(name)} twice");
            switch (field)
            {
                case "dtype": type = ReadType(name); break;
                case "shape": shape = ReadNumbers(name, field, MaxDimensions); break;
                case "data_offsets": offsets = ReadNumbers(name, field, limit: 2); break;
                default: _json.Read(); _json.Skip(); break; // later versions of the format may add fields
            }
        }
        if (type is null || shape is null || offsets is not { Length: 2 })
            throw new FormatException($"declares {Show.Name(name)} without a dtype, a shape or two data_offsets");
        return new TensorHeader(new WeightEntry(name, type.Value, shape), offsets[0], offsets[1]);
    }

    private ScalarType ReadType(string name)
    {
        Expect(JsonTokenType.String, $"dtype of {name}");
        string type = _json.GetString()!;
        return ElementTypes.FromSafetensors(type)
            ?? throw new FormatException($"has {Show.Name(name)} of type {Show.Name(type)}; read are {ElementTypes.SafetensorsNames}");
    }

    private long[] ReadNumbers(string name, string field, int limit)
    {
        List<long> numbers = [];
        Expect(JsonTokenType.StartArray, $"{field} of {name}");
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            if (_json.TokenType != JsonTokenType.Number || !_json.TryGetInt64(out long number) || number < 0)
                throw new FormatException(
                    $"has a number in {field} of {Show.Name(name)} that is not a whole number from 0 to {long.MaxValue}");
            if (numbers.Count == limit)
                throw new FormatException($"has more than {limit} numbers in {field} of {Show.Name(name)}");
            numbers.Add(number);
        }
        return numbers.ToArray();
    }

    /// <summary>Moves to the next property of the current object; false at its end.</summary>
    private bool NextProperty(out string name)
    {
        _json.Read();
        bool property = _json.TokenType == JsonTokenType.PropertyName;
        name = property ? _json.GetString()! : "";
        return property;
    }

    private void Expect(JsonTokenType type, string what)
    {
        _json.Read();
        if (_json.TokenType != type)
            throw new FormatException($"has {_json.TokenType} where {Show.Name(what)} needs {type}");
    }
}
