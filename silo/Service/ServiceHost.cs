using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using OpenSora.Cluster.Cards;
using OpenSora.Cluster.Supervision;
using OpenSora.Cluster.Videos;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;
using OpenSora.Silo.Api;
using OpenSora.Silo.Cards;
using OpenSora.Silo.Generation;
using OpenSora.Telemetry;
using OpenTelemetry.Metrics;

namespace OpenSora.Silo.Service;

/// <summary>The service as it runs: HTTP, grains, and the cards of this machine.</summary>
internal sealed class ServiceHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly LocalCards? _cards;
    private readonly DirectoryInfo _links;

    private ServiceHost(WebApplication app, LocalCards? cards, DirectoryInfo links) => (_app, _cards, _links) = (app, cards, links);

    /// <summary>Where it listens.</summary>
    public IReadOnlyList<Uri> Addresses => AddressesOf(_app);

    /// <summary>Ends when it was told to stop, and has.</summary>
    public Task Stopped => _app.WaitForShutdownAsync();

    /// <exception cref="InputException">It cannot run so.</exception>
    public static async Task<ServiceHost> Start(ServeOptions options)
    {
        ClusterTls? tls = options.Membership.ReadTls();
        string? secret = options.Membership.ReadToken();
        ApiTokens tokens = ApiTokens.Of(secret, options.ApiTokensFile);
        ClusterToken token = ClusterToken.Of(secret);
        RequireToken(options, tokens);
        using SiloPort? port = options.Clustering == Clustering.Postgres ? new SiloPort(options.SiloEndpoint) : null;
        options = options with { SiloEndpoint = port?.Endpoint ?? options.SiloEndpoint };
        if (options.Clustering != Clustering.Localhost)
            await new SiloTables(options.Videos.Database!, OrleansHosting.ClusterName).Create();
        WebApplication app = Build(options, tokens, token, tls);
        app.MapApi(options.MostUploadBytes, tokens, token);
        DirectoryInfo links = Directory.CreateTempSubdirectory("opensora-");
        try
        {
            await Listen(app, options);
            if (options.Leash)
                StopWithInput(app);
            return new ServiceHost(app, StartCards(app, options, token, links), links);
        }
        catch
        {
            await app.DisposeAsync();
            links.Delete(recursive: true);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Jobs first: they keep where they stand while cards still answer.
        await _app.StopAsync();
        if (_cards is not null)
            await _cards.DisposeAsync();
        await _app.DisposeAsync();
        _links.Delete(recursive: true);
    }

    private static WebApplication Build(ServeOptions options, ApiTokens tokens, ClusterToken token, ClusterTls? tls)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning);
        // While a silo is lost, the others warn at each probe, and their streams fail at each look, until it is out.
        builder.Logging.AddFilter("Orleans", LogLevel.Error).AddFilter("Orleans.Streams", LogLevel.Critical).AddFilter("Orleans.Providers", LogLevel.Critical);
        builder.Logging.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.AddTelemetry("opensora-silo", Environment.MachineName, metrics => metrics.AddPrometheusExporter());
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.UseUrls([.. options.Urls]);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.MostUploadBytes;
            if (tls is not null)
                kestrel.ConfigureHttpsDefaults(https => https.Admit(tls));
        });
        builder.Services.Configure<FormOptions>(form => (form.MultipartBodyLengthLimit, form.ValueLengthLimit, form.ValueCountLimit) = (options.MostUploadBytes, 64 << 10, 64));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(30));
        builder.Services.AddSingleton(options.Cluster).AddSingleton(new CardDirectory(options.Cluster)).AddSingleton(new CardClient(token.Value, options.Cluster, tls));
        builder.Services.AddProblemDetails().AddOpenApi(ApiDocument.Describe);
        builder.UseGrains(options);
        builder.Services.AddVideoService(options.Videos, request => new JobMedia(request));
        return builder.Build();
    }

    private static void StopWithInput(WebApplication app)
    {
        new Thread(Wait) { IsBackground = true, Name = "standard input" }.Start();

        void Wait()
        {
            while (Console.In.Read() >= 0)
            {
            }
            app.Lifetime.StopApplication();
        }
    }

    /// <summary>Nobody but this machine gets in without a token.</summary>
    private static void RequireToken(ServeOptions options, ApiTokens tokens)
    {
        foreach (string url in options.Urls)
        {
            if (!Uri.TryCreate(url.Replace("://*", "://0.0.0.0", StringComparison.Ordinal).Replace("://+", "://0.0.0.0", StringComparison.Ordinal), UriKind.Absolute, out Uri? address)
                || address.Scheme is not ("http" or "https"))
                throw new InputException($"--urls {url}: that is no address; give http://HOST:PORT, with https for TLS ({ClusterTls.CertificateVariable})");
            if (!address.IsLoopback && tokens.IsOpen)
                throw new InputException($"--urls {url} can be reached from other machines: set {CardProtocol.TokenVariable}, or {CardProtocol.TokenFileVariable} to a file that holds it, or listen on http://127.0.0.1:{address.Port}");
        }
    }

    private static async Task Listen(WebApplication app, ServeOptions options)
    {
        try
        {
            await app.StartAsync();
        }
        catch (Exception error) when (error is IOException or SocketException or FormatException)
        {
            throw new InputException($"--urls {string.Join(';', options.Urls)}: {error.Message}; give addresses of this machine and free ports", error);
        }
    }

    private static LocalCards? StartCards(WebApplication app, ServeOptions options, ClusterToken token, DirectoryInfo links)
    {
        if (options.Cards == 0)
            return null;
        Uri address = AddressesOf(app)[0];
        return new LocalCards(
            new LocalCardsPlan
            {
                Program = options.CardProgram ?? Installation.CardProgram(),
                Count = options.Cards,
                Device = options.Device,
                Threads = options.Threads ?? Math.Max(1, Environment.ProcessorCount / options.Cards),
                Join = address,
                Token = token.Value,
                Links = name => address.IsLoopback ? $"unix:{Path.Combine(links.FullName, name + ".sock")}" : $"tcp:{address.Host}:0",
                OthersMayJoin = true,
            },
            app.Services.GetRequiredService<CardDirectory>(), options.Cluster, Console.Error.WriteLine);
    }

    /// <summary>Addresses that mean all of a machine's are told as this machine's own.</summary>
    private static IReadOnlyList<Uri> AddressesOf(WebApplication app) =>
        [.. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses
            .Select(address => new Uri(address.Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal).Replace("[::]", "[::1]", StringComparison.Ordinal)))];
}
