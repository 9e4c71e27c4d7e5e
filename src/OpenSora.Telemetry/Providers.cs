using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace OpenSora.Telemetry;

/// <summary>The one provider of each signal in a process.</summary>
internal static class Providers
{
    /// <summary>Requests that come all the time and tell nothing: probes, scrapes, a dashboard that is open.</summary>
    private static readonly string[] Quiet = ["/health", "/metrics", "/dashboard"];

    public static void Add(IHostApplicationBuilder builder, TelemetryOptions options, string service, string instance) => Add(builder, options, service, instance, null);

    /// <param name="reader">Of metrics; null for none but what they are sent to.</param>
    public static void Add(IHostApplicationBuilder builder, TelemetryOptions options, string service, string instance, Action<MeterProviderBuilder>? reader)
    {
        builder.Configuration.AddEnvironmentVariables(); // there the packages look for theirs; a host without defaults lacks them
        OpenTelemetryBuilder telemetry = builder.Services.AddOpenTelemetry().ConfigureResource(who => who
            .AddService(service, serviceInstanceId: instance).AddEnvironmentVariableDetector()); // what the variables say comes last, so it wins
        if (options.Sends(options.Traces))
            telemetry.WithTracing(traces => traces
                .AddSource("OpenSora.*", "Microsoft.Orleans.Runtime", "Microsoft.Orleans.Application")
                .AddAspNetCoreInstrumentation(server => server.Filter = http => !IsQuiet(http.Request.Path))
                .AddHttpClientInstrumentation(client => client.FilterHttpRequestMessage = request => !IsQuiet(request.RequestUri?.AbsolutePath))
                .AddProcessor(new OrleansNoise())
                .AddOtlpExporter(export =>
                {
                    Apply(options.Traces, export);
                    export.BatchExportProcessorOptions.MaxQueueSize = options.BspMaxQueueSize;
                }));
        if (options.Sends(options.Metrics) || reader is not null)
            telemetry.WithMetrics(metrics =>
            {
                metrics.AddMeter("OpenSora.*", "Microsoft.Orleans", "Polly").AddAspNetCoreInstrumentation().AddHttpClientInstrumentation().AddRuntimeInstrumentation();
                reader?.Invoke(metrics);
                if (options.Sends(options.Metrics))
                    metrics.AddOtlpExporter(export => Apply(options.Metrics, export));
            });
        if (options.Sends(options.Logs))
            telemetry.WithLogging(logs => logs.AddOtlpExporter(export => Apply(options.Logs, export)), line => line.IncludeFormattedMessage = true);
        builder.Services.AddHostedService<LastWords>();
    }

    /// <summary>What a signal has of its own; the exporter reads the rest by itself.</summary>
    private static void Apply(OtlpOptions signal, OtlpExporterOptions export)
    {
        if (signal.Endpoint is { } endpoint)
            export.Endpoint = endpoint;
        if (signal.Protocol is { } protocol)
            export.Protocol = protocol == "grpc" ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        if (signal.Headers is { } headers)
            export.Headers = headers;
        if (signal.Timeout is { } milliseconds)
            export.TimeoutMilliseconds = milliseconds;
    }

    private static bool IsQuiet(PathString path) => Array.Exists(Quiet, quiet => path.StartsWithSegments(quiet));
}
