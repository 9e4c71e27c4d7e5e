using Microsoft.AspNetCore.WebUtilities;
using OpenSora.Contracts;

namespace OpenSora.Silo.Api;

/// <summary>
/// What is answered instead of what was asked for: a problem document (RFC 9457) with the <c>error</c> that clients of OpenAI's API read,
/// whatever type of answer they say that they take.
/// </summary>
/// <param name="Code">For programs.</param>
/// <param name="Detail">For people: the thing, the value, the limit and the remedy.</param>
/// <param name="Param">The field of the request that it is about; null for none.</param>
internal sealed record ApiError(int Status, string Code, string Title, string Detail, string? Param = null) : IResult
{
    public const string ContentType = "application/problem+json";

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = Status;
        return httpContext.Response.WriteAsJsonAsync(new ErrorDocument(Title, Status, Detail, new ErrorBody(Detail, TypeOf(Status), Param, Code)), VideoBody.Json, ContentType);
    }

    /// <summary>What the framework refuses by itself, by its status.</summary>
    public static ApiError Of(HttpContext http, int status) => status switch
    {
        StatusCodes.Status404NotFound => new(status, "not_found", "no such address", $"there is nothing at {Shown(http.Request.Path)}: GET /openapi/v1.json lists what there is"),
        StatusCodes.Status405MethodNotAllowed => new(status, "method_not_allowed", "no such method", $"{http.Request.Method} does not go with {Shown(http.Request.Path)}: send {http.Response.Headers.Allow}"),
        _ => new(status, "refused", ReasonPhrases.GetReasonPhrase(status), $"{http.Request.Method} {Shown(http.Request.Path)} is refused with status {status}: GET /openapi/v1.json tells what is taken"),
    };

    /// <summary>So much of what was sent as is worth showing.</summary>
    public static string Shown(string? text) => Excerpt.Of(text ?? "", 80);

    private static string TypeOf(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => "authentication_error",
        StatusCodes.Status403Forbidden => "permission_error",
        StatusCodes.Status429TooManyRequests => "rate_limit_error",
        >= StatusCodes.Status500InternalServerError => "server_error",
        _ => "invalid_request_error",
    };
}

/// <summary>The document of an <see cref="ApiError"/>.</summary>
internal sealed record ErrorDocument(string Title, int Status, string Detail, ErrorBody Error);

/// <param name="Type">invalid_request_error, authentication_error, permission_error, rate_limit_error or server_error.</param>
internal sealed record ErrorBody(string Message, string Type, string? Param, string Code);

/// <summary>Writes the problems that the framework itself finds.</summary>
internal sealed class ErrorWriter : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => true;

    public ValueTask WriteAsync(ProblemDetailsContext context) =>
        new(ApiError.Of(context.HttpContext, context.ProblemDetails.Status ?? context.HttpContext.Response.StatusCode).ExecuteAsync(context.HttpContext));
}
