using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace OpenSora.Telemetry;

/// <summary>
/// Sends traces, metrics and logs of this process over OTLP, as OpenTelemetry's own environment variables say: nothing
/// unless one of them names an endpoint. What is in them is told in docs/telemetry.md; no prompt and no secret is.
/// </summary>
public sealed class ProcessTelemetry : IDisposable
{
    /// <summary>Any of these switches telemetry on.</summary>
    private static readonly string[] Endpoints =
        ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT"];

    /// <summary>A step of a large gang makes hundreds of spans at once; the usual 2048 would lose some.</summary>
    private const int MostWaitingSpans = 1 << 15;

    private readonly TracerProvider? _traces;
    private readonly MeterProvider? _metrics;
    private bool _ended;

    private ProcessTelemetry(TracerProvider? traces, MeterProvider? metrics, ILoggerFactory logs) => (_traces, _metrics, Logs) = (traces, metrics, logs);

    /// <summary>Whether anything is sent.</summary>
    public static bool IsOn => !string.Equals(Environment.GetEnvironmentVariable("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase)
        && Endpoints.Any(name => Environment.GetEnvironmentVariable(name) is { Length: > 0 });

    /// <summary>Loggers whose lines are sent; they write nowhere else.</summary>
    public ILoggerFactory Logs { get; }

    /// <summary>Sends what there still is when it is disposed, for a few seconds at most.</summary>
    /// <param name="service">Who this is, unless <c>OTEL_SERVICE_NAME</c> says otherwise, e.g. <c>opensora-card</c>.</param>
    /// <param name="instance">Which one of them, e.g. a card's name.</param>
    public static ProcessTelemetry Start(string service, string instance)
    {
        if (!IsOn)
            return new ProcessTelemetry(null, null, LoggerFactory.Create(_ => { }));
        ResourceBuilder who = Who(service, instance);
        return new ProcessTelemetry(
            Sdk.CreateTracerProviderBuilder().SetResourceBuilder(who).AddSource("OpenSora.*").AddOtlpExporter(export =>
            {
                if (Environment.GetEnvironmentVariable("OTEL_BSP_MAX_QUEUE_SIZE") is null)
                    export.BatchExportProcessorOptions.MaxQueueSize = MostWaitingSpans;
            }).Build(),
            Sdk.CreateMeterProviderBuilder().SetResourceBuilder(who).AddMeter("OpenSora.*").AddOtlpExporter().Build(),
            LoggerFactory.Create(logging => AddTo(logging, service, instance)));
    }

    /// <summary>Lets a host's log lines be sent, too, if telemetry is on.</summary>
    public static void AddTo(ILoggingBuilder logging, string service, string instance)
    {
        if (IsOn)
            logging.AddOpenTelemetry(options =>
            {
                options.IncludeFormattedMessage = true;
                options.SetResourceBuilder(Who(service, instance)).AddOtlpExporter();
            });
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _ended, true))
            return;
        _traces?.Dispose();
        _metrics?.Dispose();
        Logs.Dispose();
    }

    // What the variables say comes last, so it wins.
    private static ResourceBuilder Who(string service, string instance) => ResourceBuilder.CreateDefault()
        .AddService(service, serviceInstanceId: instance).AddEnvironmentVariableDetector();
}
