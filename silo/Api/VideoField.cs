using System.Globalization;
using Microsoft.OpenApi;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Videos;

namespace OpenSora.Silo.Api;

/// <summary>A field of a request: what it may be, what it does, and how the document at <c>/openapi/v1.json</c> tells it.</summary>
/// <param name="Set">Takes a text, which is how forms send values and how JSON's numbers are read.</param>
internal sealed record VideoField(string Name, string About, Func<OpenApiSchema> Type, Func<VideoOrder, string, VideoOrder> Set)
{
    public OpenApiSchema Schema
    {
        get
        {
            OpenApiSchema schema = Type();
            schema.Description = About;
            return schema;
        }
    }

    public static VideoField Text(string name, string about, Func<GenerationRequest, string, GenerationRequest> set, int? most = null) => new(
        name, about,
        () => new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = most },
        (order, value) => order with { Request = set(order.Request, value) });

    /// <param name="set">Takes null where the field is sent empty.</param>
    public static VideoField OptionalText(string name, string about, Func<GenerationRequest, string?, GenerationRequest> set, int most) => new(
        name, about,
        () => new OpenApiSchema { Type = JsonSchemaType.String | JsonSchemaType.Null, MaxLength = most },
        (order, value) => order with { Request = set(order.Request, value.Length == 0 ? null : value) });

    public static VideoField Word(string name, string about, IReadOnlyList<string> words, Func<VideoOrder, string, VideoOrder> set) => new(
        name, about,
        () => new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. words.Select(word => (System.Text.Json.Nodes.JsonNode)word)] },
        (order, value) => words.Contains(value) ? set(order, value) : throw Refuse(name, value, string.Join(", ", words)));

    public static VideoField Word(string name, string about, Func<GenerationRequest, string, GenerationRequest> set) =>
        Word(name, about, GenerationRules.WordsOf(FlagOf(name)), (order, value) => order with { Request = set(order.Request, value) });

    /// <param name="range">null for the one of the rules.</param>
    public static VideoField Whole(string name, string about, Func<GenerationRequest, int, GenerationRequest> set, (double Least, double Most)? range = null)
    {
        (double least, double most) = range ?? RangeOf(name);
        return new(name, about, () => Numbers(JsonSchemaType.Integer, least, most), (order, value) => order with { Request = set(order.Request, (int)ReadWhole(name, value, least, most)) });
    }

    /// <summary>A whole number of 64 bits.</summary>
    public static VideoField Long(string name, string about, Func<GenerationRequest, long, GenerationRequest> set) => new(
        name, about,
        () => new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int64" },
        (order, value) => order with { Request = set(order.Request, ReadWhole(name, value, long.MinValue, long.MaxValue)) });

    /// <param name="range">null for the one of the rules.</param>
    public static VideoField Number(string name, string about, Func<GenerationRequest, double, GenerationRequest> set, (double Least, double Most)? range = null) =>
        Number(name, about, (request, value) => set(request, value ?? throw Refuse(name, "", "a number")), JsonSchemaType.Number, range ?? RangeOf(name));

    /// <param name="set">Takes null where the field is sent empty.</param>
    public static VideoField OptionalNumber(string name, string about, Func<GenerationRequest, double?, GenerationRequest> set) =>
        Number(name, about, set, JsonSchemaType.Number | JsonSchemaType.Null, RangeOf(name));

    public static VideoField Switch(string name, string about, Func<GenerationRequest, bool, GenerationRequest> set) => new(
        name, about,
        () => new OpenApiSchema { Type = JsonSchemaType.Boolean },
        (order, value) => order with { Request = set(order.Request, bool.TryParse(value, out bool on) ? on : throw Refuse(name, value, "true or false")) });

    public static FieldException Refuse(string name, string value, string accepted) => new(name, $"{name} '{ApiError.Shown(value)}' is not accepted: give {accepted}");

    private static VideoField Number(string name, string about, Func<GenerationRequest, double?, GenerationRequest> set, JsonSchemaType type, (double Least, double Most) range)
    {
        (double least, double most) = range;
        return new(name, about, () => Numbers(type, least, most), (order, value) => order with { Request = set(order.Request, value.Length == 0 ? null : Read(value)) });

        double Read(string value) => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number >= least && number <= most
            ? number
            : throw Refuse(name, value, FormattableString.Invariant($"a number from {least} to {most}"));
    }

    private static long ReadWhole(string name, string value, double least, double most) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) && number >= least && number <= most
            ? number
            : throw Refuse(name, value, FormattableString.Invariant($"a whole number from {least} to {most}"));

    private static OpenApiSchema Numbers(JsonSchemaType type, double least, double most) =>
        new() { Type = type, Minimum = least.ToString(CultureInfo.InvariantCulture), Maximum = most.ToString(CultureInfo.InvariantCulture) };

    private static (double, double) RangeOf(string name) => GenerationRules.RangeOf(FlagOf(name)) ?? throw new ArgumentException($"there is no rule for {name}");

    private static string FlagOf(string name) => name == "multi_resolution" ? "--multi_resolution" : "--" + name.Replace('_', '-');
}
