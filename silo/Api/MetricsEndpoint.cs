using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace OpenSora.Silo.Api;

/// <summary><c>GET /metrics</c>: what docs/telemetry.md lists, as Prometheus reads it.</summary>
internal static class MetricsEndpoint
{
    public static void MapMetrics(this IEndpointRouteBuilder api, IServiceProvider services)
    {
        MeterProvider meters = Sdk.CreateMeterProviderBuilder().AddMeter("OpenSora.*").AddPrometheusExporter().Build();
        services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopped.Register(meters.Dispose);
        api.MapPrometheusScrapingEndpoint("/metrics", meters, configureBranchedPipeline: null, optionsName: null);
    }
}
