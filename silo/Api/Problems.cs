using System.Text.Json;
using OpenSora.Contracts;
using OpenSora.Contracts.Videos;

namespace OpenSora.Silo.Api;

/// <summary>What goes wrong becomes <c>application/problem+json</c> (RFC 9457), with a detail that says what to do.</summary>
internal sealed partial class Problems(RequestDelegate next, ILogger<Problems> log)
{
    public async Task InvokeAsync(HttpContext http)
    {
        try
        {
            await next(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there any more to be told.
        }
        catch (Exception error) when (!http.Response.HasStarted)
        {
            (int status, string title, string detail) = Explain(error);
            if (status == StatusCodes.Status500InternalServerError)
                Failed(log, http.Request.Method, http.Request.Path, error);
            if (status == StatusCodes.Status503ServiceUnavailable)
                http.Response.Headers.RetryAfter = "2";
            if (error is QueueFullException full)
                http.Response.Headers.RetryAfter = ((int)Math.Ceiling(full.RetryAfter.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
            await Results.Problem(statusCode: status, title: title, detail: detail).ExecuteAsync(http);
        }
    }

    private static (int Status, string Title, string Detail) Explain(Exception error) => error switch
    {
        KeyReusedException => (StatusCodes.Status422UnprocessableEntity, "the key was used before", error.Message),
        InputException => (StatusCodes.Status400BadRequest, "cannot be done as asked", error.Message),
        CannotFitException => (StatusCodes.Status422UnprocessableEntity, "cannot fit", error.Message),
        QueueFullException => (StatusCodes.Status429TooManyRequests, "the queue is full", error.Message),
        BadHttpRequestException bad => (bad.StatusCode, "not a request that can be read", bad.Message),
        JsonException => (StatusCodes.Status400BadRequest, "not valid JSON", error.Message),
        InvalidDataException => (StatusCodes.Status400BadRequest, "not a form that can be read", error.Message),
        OrleansException or TimeoutException => (
            StatusCodes.Status503ServiceUnavailable, "not now", "a silo did not answer, or is being replaced: ask again in a few seconds"),
        _ => (StatusCodes.Status500InternalServerError, "a fault of the service", "it is in the log of the silo; trying again may help"),
    };

    [LoggerMessage(LogLevel.Error, "{Method} {Path} failed")]
    private static partial void Failed(ILogger log, string method, PathString path, Exception error);
}
