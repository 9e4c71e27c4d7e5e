using System.Text.Json;
using OpenSora.Cluster.Videos;
using OpenSora.Contracts;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Videos;

namespace OpenSora.Silo.Api;

/// <summary>Reads what <c>POST /v1/videos</c> and its kin bring.</summary>
internal static class VideoOrders
{
    public const string Reference = "input_reference", KeyHeader = "Idempotency-Key";

    private const int MostOfKey = 255;

    /// <exception cref="InputException">It is not what docs/api.md tells.</exception>
    public static async Task<VideoOrder> Read(HttpRequest request, long mostBytes, VideoServiceOptions service)
    {
        RequestFields fields = await ReadFields(request, mostBytes);
        bool isDemo = service.Models is { Dit: null, T5: null, Vae2d: null, Vae3d: null };
        return Order(request, fields, new VideoOrder { Owner = "", Request = VideoFields.Usual(fields.Values, isDemo ? DemoDefaults.OfInstallation() : new DemoDefaults()) });
    }

    /// <summary>With the settings of a video, its reference included, but for what the request says.</summary>
    /// <inheritdoc cref="Read"/>
    public static async Task<VideoOrder> Remix(HttpRequest request, long mostBytes, Contracts.Videos.Video video)
    {
        RequestFields fields = await ReadFields(request, mostBytes);
        return Order(request, fields, await Like(video, fields, request) with { RemixedFrom = video.Id });
    }

    /// <summary>An order for a video like another one, whose reference it has unless the request brings one.</summary>
    public static async Task<VideoOrder> Like(Contracts.Videos.Video video, RequestFields fields, HttpRequest request) => new()
    {
        Owner = "",
        Priority = video.Priority,
        Reference = video.Request.ReferencePaths is [var file] && fields.Reference is null ? await File.ReadAllBytesAsync(file, request.HttpContext.RequestAborted) : default(ReadOnlyMemory<byte>?),
        Request = video.Request with { ReferencePaths = [] },
    };

    /// <summary>What the fields of a request say, over what is usual.</summary>
    public static VideoOrder Order(HttpRequest request, RequestFields fields, VideoOrder usual)
    {
        VideoOrder order = VideoFields.Read(fields.Values, usual);
        if (fields.Reference is { } reference)
            order = order with { Reference = reference };
        else if (order is { Reference: null, Request: { MaskStrategies.Count: > 0, Loop: null or 1 } })
            throw new FieldException("mask_strategy", $"mask_strategy says where references go, and there is none: send a file as {Reference}");
        return order with { Owner = OwnerFilter.OwnerOf(request.HttpContext), IdempotencyKey = Key(request) };
    }

    public static async Task<RequestFields> ReadFields(HttpRequest request, long mostBytes)
    {
        if (request.ContentLength > mostBytes)
            throw new BadHttpRequestException($"the request has {request.ContentLength} bytes: {mostBytes} is the most here", StatusCodes.Status413PayloadTooLarge);
        return request.HasFormContentType ? await Form(request)
            : request.HasJsonContentType() && request.GetTypedHeaders().ContentType!.Charset.Value?.Trim('"') is null or "utf-8" or "UTF-8" ? await Json(request)
            : throw new BadHttpRequestException($"the content type '{ApiError.Shown(request.ContentType)}' is not taken: send application/json in UTF-8, or multipart/form-data", StatusCodes.Status415UnsupportedMediaType);
    }

    private static async Task<RequestFields> Json(HttpRequest request)
    {
        using JsonDocument document = await JsonDocument.ParseAsync(request.Body, new JsonDocumentOptions { MaxDepth = 8 }, request.HttpContext.RequestAborted);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            throw new InputException("the request is no JSON object: send one, e.g. {\"prompt\": \"…\"}");
        RequestFields fields = new();
        fields.AddAll("the request", document.RootElement);
        return fields;
    }

    private static async Task<RequestFields> Form(HttpRequest request)
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
        RequestFields fields = new();
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in form)
            foreach (string? value in values)
                fields.Add(name, value ?? "");
        if (form.Files.FirstOrDefault(file => file.Name != Reference) is { } stray)
            throw new FieldException(ApiError.Shown(stray.Name), $"the file '{ApiError.Shown(stray.Name)}' is not known: {Reference} is the only one", FieldException.Unknown);
        foreach (IFormFile file in form.Files)
        {
            byte[] bytes = new byte[file.Length];
            await using Stream content = file.OpenReadStream();
            await content.ReadExactlyAsync(bytes, request.HttpContext.RequestAborted);
            fields.AddReference(Reference, bytes);
        }
        return fields;
    }

    private static string? Key(HttpRequest request) => request.Headers[KeyHeader].ToArray() switch
    {
        [] => null,
        [{ Length: > 0 and <= MostOfKey } key] when key.All(character => character is >= ' ' and <= '~') => key,
        [_] => throw new FieldException(KeyHeader, $"the header {KeyHeader} is not taken: give 1 to {MostOfKey} characters of ASCII"),
        var keys => throw new FieldException(KeyHeader, $"the header {KeyHeader} is there {keys.Length} times: give it once"),
    };
}
