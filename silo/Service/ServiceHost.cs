using System.Net;
using System.Net.Sockets;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using OpenSora.Cluster.Cards;
using OpenSora.Cluster.Supervision;
using OpenSora.Cluster.Videos;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;
using OpenSora.Hosting;
using OpenSora.Silo.Api;
using OpenSora.Silo.Cards;
using OpenSora.Silo.Dashboard;
using OpenSora.Telemetry;
using OpenSora.Video;
using OpenTelemetry.Metrics;

namespace OpenSora.Silo.Service;

/// <summary>The service as it runs: HTTP, grains, and the cards of this machine.</summary>
internal sealed class ServiceHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly OwnCards? _cards;
    private readonly FileStream? _store;

    private ServiceHost(WebApplication app, OwnCards? cards, FileStream? store) => (_app, _cards, _store) = (app, cards, store);

    /// <summary>Where it listens.</summary>
    public IReadOnlyList<Uri> Addresses => [.. _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(AddressOf)];

    /// <summary>Ends when it was told to stop, and has.</summary>
    public Task Stopped => _app.WaitForShutdownAsync();

    /// <exception cref="InputException">It cannot run so.</exception>
    public static async Task<ServiceHost> Start(ServeOptions options)
    {
        ClusterTls? tls = options.Membership.ReadTls();
        string? secret = options.Membership.ReadToken();
        ApiTokens tokens = ApiTokens.Of(secret, options.ApiTokensFile);
        RequireToken(options, tokens, secret);
        FileStream? store = HoldStore(options.Videos);
        using SiloPort port = new(options.SiloEndpoint, "--silo-endpoint");
        SiloPlace place = PlaceOf(options, port.Endpoint, secret ?? SiloPlace.NewToken(), tls);
        if (place.Database is not null)
            await new SiloTables(place.Database).Create();
        ClusterCards directory = new();
        // First: they take about as long to start as the silo does.
        OwnCards? cards = options.Cards > 0 ? new OwnCards(place, CardsOf(options), directory, options.Cluster, Console.Error.WriteLine) : null;
        WebApplication? app = null;
        try
        {
            app = Build(options, place, directory);
            app.MapApi(options.MostUploadBytes, tokens);
            app.UseClusterDashboard(tokens);
            await Listen(app, options);
            if (options.Leash)
                StopWithInput(app);
            return new ServiceHost(app, cards, store);
        }
        catch
        {
            if (app is not null)
                await app.DisposeAsync();
            if (cards is not null)
                await cards.DisposeAsync();
            store?.Dispose();
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
        _store?.Dispose();
    }

    /// <summary>State in a SQLite file is one service's at a time. The lock is the system's: it ends with the process, however that ends.</summary>
    /// <returns>Null where a database is shared.</returns>
    /// <exception cref="InputException">Another service has it.</exception>
    private static FileStream? HoldStore(VideoServiceOptions options)
    {
        if (options.Database is not null)
            return null;
        string file = Path.Combine(options.Store, "service.lock");
        try
        {
            Directory.CreateDirectory(options.Store);
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InputException(failure is IOException && File.Exists(file)
                ? $"--store {options.Store}: another service keeps its videos there; stop it, give another folder, or share the videos in PostgreSQL: --database and --clustering postgres"
                : $"--store {options.Store}: nothing can be kept there ({failure.Message}); give a folder that can be written to", failure);
        }
    }

    private static WebApplication Build(ServeOptions options, SiloPlace place, ClusterCards directory)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning);
        // While a silo is lost, the others warn at each probe, and their streams fail at each look, until it is out. Calls to a card that is lost fail their callers.
        builder.Logging.AddFilter("Orleans", LogLevel.Error).AddFilter("Orleans.Streams", LogLevel.Critical).AddFilter("Orleans.Providers", LogLevel.Critical)
            .AddFilter("Orleans.Messaging", LogLevel.Critical);
        // Whoever starts the host is told what failed, and tells it.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        builder.Logging.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.AddTelemetry(options.Telemetry, "opensora-silo", Environment.MachineName, metrics => metrics.AddPrometheusExporter());
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.UseUrls([.. options.Urls]);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.MostUploadBytes;
            kestrel.RequestHeaderEncodingSelector = _ => System.Text.Encoding.Latin1; // any byte: what a header may be is said by whoever reads it
            if (place.Tls is { } tls)
                kestrel.ConfigureHttpsDefaults(https => https.Admit(tls));
        });
        builder.Services.Configure<FormOptions>(form => (form.MultipartBodyLengthLimit, form.ValueLengthLimit, form.ValueCountLimit) = (options.MostUploadBytes, (int)Math.Min(options.MostUploadBytes, int.MaxValue), 64));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(30));
        builder.Services.AddSingleton(options.Cluster).AddCards(place, directory);
        // For the document of the API: what is answered says itself how it is written.
        builder.Services.ConfigureHttpJsonOptions(json => (json.SerializerOptions.PropertyNamingPolicy, json.SerializerOptions.NumberHandling) = (VideoBody.Json.PropertyNamingPolicy, JsonNumberHandling.Strict));
        builder.Services.AddSingleton<IProblemDetailsWriter, ErrorWriter>().AddProblemDetails().AddOpenApi(ApiDocument.Describe);
        builder.UseOrleans(silo =>
        {
            silo.UsePlace(place);
            silo.AddGenerationGrains();
            silo.AddClusterDashboard();
        });
        builder.Services.AddVideoService(options.Videos, request => new JobMedia(request));
        return builder.Build();
    }

    private static SiloPlace PlaceOf(ServeOptions options, IPEndPoint endpoint, string token, ClusterTls? tls) => new()
    {
        Name = $"{Environment.MachineName}-{Environment.ProcessId}",
        Endpoint = endpoint,
        Database = options.Clustering == Clustering.Localhost ? null : options.Videos.Database,
        Token = token,
        Tls = tls,
    };

    private static LocalCardsPlan CardsOf(ServeOptions options) => new()
    {
        Program = options.CardProgram ?? Installation.CardProgram(),
        Count = options.Cards,
        Device = options.Device,
        Threads = options.Threads ?? Math.Max(1, Environment.ProcessorCount / options.Cards),
        OthersMayJoin = true,
        IsPatient = true,
    };

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

    /// <summary>Nobody but this machine gets in without a token, and several silos must have the same.</summary>
    private static void RequireToken(ServeOptions options, ApiTokens tokens, string? secret)
    {
        if (secret is null && (options.Clustering != Clustering.Localhost || !IPAddress.IsLoopback(options.SiloEndpoint.Address)))
            throw new InputException($"{(options.Clustering == Clustering.Localhost ? $"--silo-endpoint {options.SiloEndpoint}" : $"--clustering {options.Clustering.ToString().ToLowerInvariant()}")} lets other processes into the cluster: set {CardProtocol.TokenVariable}, or {CardProtocol.TokenFileVariable} to a file that holds it, to a secret that all of them are given");
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
            throw new InputException($"--urls {string.Join(';', options.Urls)}: {error.Message.TrimEnd('.')}; give addresses of this machine and free ports", error);
        }
    }

    /// <summary>An address that means all of a machine's is told as this machine's own.</summary>
    private static Uri AddressOf(string url) => new(url
        .Replace("://*", "://127.0.0.1", StringComparison.Ordinal).Replace("://+", "://127.0.0.1", StringComparison.Ordinal)
        .Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal).Replace("[::]", "[::1]", StringComparison.Ordinal));
}
