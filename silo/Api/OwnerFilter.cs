using OpenSora.Contracts.Cards;

namespace OpenSora.Silo.Api;

/// <summary>Lets in who has a token, and says whose it is.</summary>
internal sealed class OwnerFilter(ApiTokens tokens) : IEndpointFilter
{
    private static readonly object Key = new();

    public static string OwnerOf(HttpContext http) => (string)http.Items[Key]!;

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        HttpContext http = context.HttpContext;
        if (tokens.OwnerOf(http.Request) is not { } owner)
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
            return new ApiError(
                StatusCodes.Status401Unauthorized, "invalid_api_key", "no valid token",
                $"send Authorization: Bearer TOKEN, with the {CardProtocol.TokenVariable} of this service or a token of your own");
        }
        http.Items[Key] = owner;
        return await next(context);
    }
}
