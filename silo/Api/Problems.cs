using System.Globalization;
using System.Text.Json;
using OpenSora.Cluster.Videos;
using OpenSora.Contracts;
using OpenSora.Contracts.Files;
using OpenSora.Contracts.Videos;

namespace OpenSora.Silo.Api;

/// <summary>What goes wrong becomes an <see cref="ApiError"/>.</summary>
internal sealed partial class Problems(RequestDelegate next, ILogger<Problems> log)
{
    /// <summary>ENOSPC, as .NET tells it.</summary>
    private const int NoSpace = 28;

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
            ApiError problem = Explain(error);
            // What the store lacks is in the log once, when that begins.
            if (problem.Status == StatusCodes.Status500InternalServerError)
                Failed(log, http.Request.Method, http.Request.Path, error);
            if (problem.Status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status507InsufficientStorage)
                http.Response.Headers.RetryAfter = "2";
            if (error is QueueFullException full)
                http.Response.Headers.RetryAfter = ((int)Math.Ceiling(full.RetryAfter.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            await problem.ExecuteAsync(http);
        }
    }

    private static ApiError Explain(Exception error) => error switch
    {
        KeyReusedException => new(StatusCodes.Status422UnprocessableEntity, "key_reused", "the key was used before", error.Message, VideoOrders.KeyHeader),
        InputException input => new(StatusCodes.Status400BadRequest, (input as FieldException)?.Code ?? FieldException.InvalidValue, "cannot be done as asked", Wording.Of(error.Message), Wording.FieldOf(input)),
        CannotFitException => new(StatusCodes.Status422UnprocessableEntity, "cannot_fit", "cannot fit", Wording.Of(error.Message)),
        QueueFullException => new(StatusCodes.Status429TooManyRequests, "queue_full", "the queue is full", error.Message),
        BadHttpRequestException bad => new(bad.StatusCode, CodeOf(bad.StatusCode), "not a request that can be read", bad.Message),
        JsonException => new(StatusCodes.Status400BadRequest, "invalid_json", "not valid JSON", error.Message),
        InvalidDataException => new(StatusCodes.Status400BadRequest, "invalid_form", "not a form that can be read", error.Message),
        StoreAwayException => new(StatusCodes.Status503ServiceUnavailable, "store_away", "nothing can be kept for now", "the store of the service, or its database, takes nothing for now: ask again in a few seconds"),
        OrleansException or TimeoutException => new(
            StatusCodes.Status503ServiceUnavailable, "not_now", "not now", "a silo did not answer, or is being replaced: ask again in a few seconds"),
        DiskFullException or IOException { HResult: NoSpace } => new(
            StatusCodes.Status507InsufficientStorage, "disk_full", "the disk is full", "there is no room for it in the store of the service: make some, or remove videos"),
        _ => new(StatusCodes.Status500InternalServerError, "internal_error", "a fault of the service", "it is in the log of the silo; trying again may help"),
    };

    private static string CodeOf(int status) => status switch
    {
        StatusCodes.Status413PayloadTooLarge => "too_large",
        StatusCodes.Status415UnsupportedMediaType => "unsupported_media_type",
        _ => "bad_request",
    };

    [LoggerMessage(LogLevel.Error, "{Method} {Path} failed")]
    private static partial void Failed(ILogger log, string method, PathString path, Exception error);
}
