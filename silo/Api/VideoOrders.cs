using System.Globalization;
using System.Text.Json;
using OpenSora.Cluster.Videos;
using OpenSora.Contracts;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Videos;

namespace OpenSora.Silo.Api;

/// <summary>Reads what <c>POST /v1/videos</c> brings.</summary>
internal static class VideoOrders
{
    private const string Reference = "input_reference", KeyHeader = "Idempotency-Key";

    /// <exception cref="InputException">It is not what docs/api.md tells.</exception>
    public static async Task<VideoOrder> Read(HttpRequest request, long mostBytes, VideoServiceOptions service)
    {
        if (request.ContentLength > mostBytes)
            throw new BadHttpRequestException($"the request has {request.ContentLength} bytes: {mostBytes} is the most here (--most-upload)", StatusCodes.Status413PayloadTooLarge);
        (Dictionary<string, string> fields, byte[]? reference) = request.HasFormContentType ? await Form(request)
            : request.HasJsonContentType() ? (await Json(request), null)
            : throw new BadHttpRequestException("send application/json or multipart/form-data", StatusCodes.Status415UnsupportedMediaType);
        bool isDemo = service.Models is { Dit: null, T5: null, Vae2d: null, Vae3d: null };
        VideoOrder order = VideoFields.Read(fields, isDemo ? DemoDefaults.OfInstallation() : new DemoDefaults());
        if (reference is not null)
            order = order with { Reference = reference };
        else if (order.Request.MaskStrategies.Count > 0 && order.Request.Loop is null or 1)
            throw new InputException($"mask_strategy says where references go, and there is none: send a file as {Reference}");
        return order with
        {
            Owner = OwnerFilter.OwnerOf(request.HttpContext),
            IdempotencyKey = request.Headers[KeyHeader] is [{ Length: > 0 } key] ? key : null,
        };
    }

    private static async Task<Dictionary<string, string>> Json(HttpRequest request)
    {
        using JsonDocument document = await JsonDocument.ParseAsync(request.Body, new JsonDocumentOptions { MaxDepth = 4 }, request.HttpContext.RequestAborted);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            throw new InputException("the request is no JSON object: send one, e.g. {\"prompt\": \"…\"}");
        Dictionary<string, string> fields = new(StringComparer.Ordinal);
        foreach (JsonProperty field in document.RootElement.EnumerateObject())
        {
            string? value = field.Value.ValueKind switch
            {
                JsonValueKind.String => field.Value.GetString(),
                JsonValueKind.Number => field.Value.GetRawText(),
                JsonValueKind.True => "true",
                JsonValueKind.False => "false",
                JsonValueKind.Null when field.Name is "aes" or "flow" or "camera_motion" => "",
                JsonValueKind.Null => null,
                _ => throw new InputException($"the field '{field.Name}' is a {field.Value.ValueKind.ToString().ToLower(CultureInfo.InvariantCulture)}: give a text, a number or a truth value"),
            };
            if (value is not null)
                Add(fields, field.Name, value);
        }
        return fields;
    }

    private static async Task<(Dictionary<string, string>, byte[]?)> Form(HttpRequest request)
    {
        IFormCollection form;
        try
        {
            form = await request.ReadFormAsync(request.HttpContext.RequestAborted);
        }
        catch (IOException error) when (error is not BadHttpRequestException)
        {
            throw new InputException($"the form cannot be read: {error.Message}", error);
        }
        Dictionary<string, string> fields = new(StringComparer.Ordinal);
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in form)
            foreach (string? value in values)
                Add(fields, name, value ?? "");
        if (form.Files.FirstOrDefault(file => file.Name != Reference) is { } stray)
            throw new InputException($"the file '{stray.Name}' is not known: {Reference} is the only one");
        if (form.Files.Count > 1)
            throw new InputException($"there are {form.Files.Count} files: send one, as {Reference}");
        if (form.Files is not [var file])
            return (fields, null);
        using MemoryStream bytes = new();
        await file.CopyToAsync(bytes, request.HttpContext.RequestAborted);
        return (fields, bytes.ToArray());
    }

    private static void Add(Dictionary<string, string> fields, string name, string value)
    {
        if (!fields.TryAdd(name, value))
            throw new InputException($"the field '{name}' is there twice: give it once");
    }
}
