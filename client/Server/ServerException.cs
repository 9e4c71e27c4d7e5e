using System.Net;

namespace OpenSora.Client.Server;

/// <summary>A service refused, or did not answer. The message is shown as it is.</summary>
/// <param name="code">See <see cref="Contracts.ExitCode"/>.</param>
/// <param name="status">What it answered; null when it did not answer.</param>
internal sealed class ServerException(int code, string message, HttpStatusCode? status = null) : Exception(message)
{
    public int Code { get; } = code;

    public HttpStatusCode? Status { get; } = status;

    /// <summary>It will not do what was asked for, however often it is asked.</summary>
    public bool IsRefusal => Status is HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.UnsupportedMediaType or HttpStatusCode.UnprocessableEntity;

    /// <summary>It did not refuse the request: another one may be answered.</summary>
    public bool IsBusy => Status is HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;
}
