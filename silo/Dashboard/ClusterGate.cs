using OpenSora.Contracts.Cards;
using OpenSora.Silo.Api;

namespace OpenSora.Silo.Dashboard;

/// <summary>Lets in who has the cluster's own token, which browsers ask people for.</summary>
internal sealed class ClusterGate(ApiTokens tokens, RequestDelegate next)
{
    /// <summary>What the dashboard needs and no more: some of its images and fonts are within its style sheet and its script.</summary>
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public async Task Invoke(HttpContext http)
    {
        http.Response.Headers.ContentSecurityPolicy = Policy;
        // Browsers send the password that they know with whatever another site asks for.
        http.Response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (tokens.IsOfCluster(http.Request))
        {
            await next(http);
            return;
        }
        http.Response.Headers.WWWAuthenticate = "Basic realm=\"opensora\"";
        await new ApiError(
            StatusCodes.Status401Unauthorized, "invalid_api_key", "not the cluster's token",
            $"the dashboard shows what all owners do: give the {CardProtocol.TokenVariable} of this service as password, with any user name, or send Authorization: Bearer TOKEN").ExecuteAsync(http);
    }
}
