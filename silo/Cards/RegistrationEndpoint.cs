using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using OpenSora.Cluster.Cards;
using OpenSora.Contracts.Cards;

namespace OpenSora.Silo.Cards;

/// <summary>
/// Where cards register, say that they live, and leave: see <see cref="CardProtocol.CardsPath"/>. 401: wrong token, or none;
/// 403: no certificate of the cluster, where it is to have one;
/// 404: not known, register again; 409: another card of this name has come since; 426: another version of the protocol.
/// </summary>
internal static class RegistrationEndpoint
{
    private const int MostBytes = 64 << 10;

    public static void MapCards(this WebApplication app, CardDirectory directory, ClusterToken token)
    {
        RouteGroupBuilder cards = app.MapGroup(CardProtocol.CardsPath).ExcludeFromDescription();
        cards.AddEndpointFilter(async (context, next) =>
        {
            HttpContext http = context.HttpContext;
            if (http.Request.IsHttps && http.Connection.ClientCertificate is null)
                return Results.Text($"a card comes with a certificate of the cluster: set {ClusterTls.CertificateVariable}, {ClusterTls.KeyVariable} and {ClusterTls.AuthorityVariable}", statusCode: StatusCodes.Status403Forbidden);
            if (token.IsIn(http.Request))
                return await next(context);
            directory.CountRefusedToken();
            return Results.Text($"wrong token: give all processes of the cluster the same {CardProtocol.TokenVariable}", statusCode: StatusCodes.Status401Unauthorized);
        });
        cards.MapPost("", async (HttpRequest request) =>
            await Read(request, CardsJson.Default.CardRegistration) is { } card ? Answer(directory.Register(card)) : Results.BadRequest());
        cards.MapPost("/{name}/heartbeat", async (string name, HttpRequest request) =>
            await Read(request, CardsJson.Default.CardHeartbeat) is { } heartbeat ? Answer(directory.Hear(name, heartbeat)) : Results.BadRequest());
        cards.MapDelete("/{name}", (string name, string? instance) =>
        {
            directory.Leave(name, instance);
            return Results.Ok();
        });
    }

    private static async Task<T?> Read<T>(HttpRequest request, JsonTypeInfo<T> type) where T : class
    {
        if (request.ContentLength > MostBytes)
            return null;
        try
        {
            return await JsonSerializer.DeserializeAsync(request.Body, type, request.HttpContext.RequestAborted);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static IResult Answer(Reception reception) => reception switch
    {
        Reception.Taken => Results.Ok(),
        Reception.Unknown => Results.Text("not known here: register", statusCode: StatusCodes.Status404NotFound),
        Reception.Replaced => Results.Text("another card of this name has registered since", statusCode: StatusCodes.Status409Conflict),
        _ => Results.Text($"version {CardProtocol.Version} of the protocol is spoken here: install the same build everywhere", statusCode: StatusCodes.Status426UpgradeRequired),
    };
}
