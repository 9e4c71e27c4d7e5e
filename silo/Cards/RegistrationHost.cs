using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using OpenSora.Cluster.Cards;
using OpenSora.Contracts;

namespace OpenSora.Silo.Cards;

/// <summary>A server for the registration of cards and nothing else.</summary>
internal sealed class RegistrationHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RegistrationHost(WebApplication app, Uri address) => (_app, Address) = (app, address);

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <param name="listen">HOST:PORT; null for a free port of this machine only.</param>
    /// <exception cref="InputException">That is no address of this machine, or taken.</exception>
    public static async Task<RegistrationHost> Start(CardDirectory directory, ClusterToken token, string? listen)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://{listen ?? "127.0.0.1:0"}");
        WebApplication app = builder.Build();
        app.MapCards(directory, token);
        try
        {
            await app.StartAsync();
        }
        catch (Exception error) when (error is IOException or InvalidOperationException or FormatException or System.Net.Sockets.SocketException)
        {
            await app.DisposeAsync();
            throw new InputException($"--listen {listen}: {error.Message}; give HOST:PORT with an address of this machine and a free port", error);
        }
        return new RegistrationHost(app, new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()));
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
