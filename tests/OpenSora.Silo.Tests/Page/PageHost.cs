using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenSora.Cluster.Videos;
using OpenSora.Contracts.Videos;
using OpenSora.Silo.Api;
using OpenSora.TestKit;
using OpenTelemetry.Metrics;

namespace OpenSora.Silo.Tests.Page;

/// <summary>The page and the API of a silo in this process, on <see cref="MadeUpVideos"/>.</summary>
internal sealed class PageHost : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly WebApplication _app;

    private PageHost(DirectoryInfo folder, WebApplication app, MadeUpVideos videos) => (_folder, _app, Videos) = (folder, app, videos);

    public MadeUpVideos Videos { get; }

    public Uri Address => new(_app.Urls.Single());

    /// <param name="token">That it asks for. Default: null (none).</param>
    public static async Task<PageHost> Start(string? token = null)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("opensora-page");
        string picture = Path.Combine(folder.FullName, "picture.png");
        File.WriteAllBytes(picture, Picture);
        MadeUpVideos videos = new(picture);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = Path.Combine(Repository.Root, "silo") });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<IVideoService>(videos).AddSingleton(new VideoServiceOptions { Store = folder.FullName });
        builder.Services.AddSingleton<IProblemDetailsWriter, ErrorWriter>().AddProblemDetails().AddOpenApi(ApiDocument.Describe);
        builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddPrometheusExporter());
        WebApplication app = builder.Build();
        app.MapApi(1 << 20, ApiTokens.Of(token, null));
        await app.StartAsync();
        return new PageHost(folder, app, videos);
    }

    public async ValueTask DisposeAsync()
    {
        Videos.LetGo();
        await _app.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>A PNG of one pixel.</summary>
    public static byte[] Picture { get; } = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==");
}
