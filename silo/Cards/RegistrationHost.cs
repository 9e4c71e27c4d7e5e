using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using OpenSora.Cluster.Cards;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;

namespace OpenSora.Silo.Cards;

/// <summary>A server for the registration of cards and nothing else.</summary>
internal sealed class RegistrationHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RegistrationHost(WebApplication app, Uri address) => (_app, Address) = (app, address);

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <param name="listen">HOST:PORT; null for a free port of this machine only.</param>
    /// <param name="more">What else the host is for. Default: null (nothing).</param>
    /// <exception cref="InputException">That is no address of this machine, or taken.</exception>
    public static async Task<RegistrationHost> Start(CardDirectory directory, ClusterToken token, string? listen, ClusterTls? tls = null, Action<IHostApplicationBuilder>? more = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        more?.Invoke(builder);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.UseUrls($"{(tls is null ? "http" : "https")}://{listen ?? "127.0.0.1:0"}");
        if (tls is not null)
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureHttpsDefaults(https => https.Admit(tls)));
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
