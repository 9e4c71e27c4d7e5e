using System.Net;

namespace OpenSora.Silo.Api;

/// <summary>
/// A service without a token listens on this machine only, and a page of a foreign site in this machine's browser is not
/// this machine: it comes under another name (DNS rebinding), or says where it is from.
/// </summary>
internal sealed class LoopbackOnly(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext http)
    {
        bool isOwnName = IsLoopback(http.Request.Host.Host);
        bool isOwnPage = http.Request.Headers.Origin is not [{ } origin] || (Uri.TryCreate(origin, UriKind.Absolute, out Uri? from) && IsLoopback(from.Host));
        if (isOwnName && isOwnPage)
            await next(http);
        else
            await new ApiError(
                StatusCodes.Status403Forbidden, "not_this_machine", "not from this machine",
                "this service has no token and is for this machine only: use http://127.0.0.1, or set OPENSORA_TOKEN").ExecuteAsync(http);
    }

    private static bool IsLoopback(string host) => host == "localhost" || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));
}

/// <summary>What a browser may do with the page and with files: nothing of others runs in it, and it runs in nothing of others.</summary>
internal sealed class PageHeaders(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext http)
    {
        IHeaderDictionary headers = http.Response.Headers;
        headers.ContentSecurityPolicy = "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        return next(http);
    }
}
