using Microsoft.Extensions.Hosting;
using OpenTelemetry.Metrics;

namespace OpenSora.Telemetry;

/// <summary>Traces, metrics and logs of a process, told by its one host. What is in them is told in docs/telemetry.md; no prompt and no secret is.</summary>
public static class TelemetrySetup
{
    /// <summary>
    /// Sends what an endpoint is named for. Where none is, nothing is recorded, and no assembly of OpenTelemetry is loaded. To be called for one
    /// host of a process.
    /// </summary>
    /// <param name="service">Who this is, unless <c>OTEL_SERVICE_NAME</c> says otherwise, e.g. <c>opensora-card</c>.</param>
    /// <param name="instance">Which one of them, e.g. a card's name.</param>
    public static void AddTelemetry(this IHostApplicationBuilder builder, TelemetryOptions options, string service, string instance)
    {
        if (options.Sends(options.Traces) || options.Sends(options.Metrics) || options.Sends(options.Logs))
            Providers.Add(builder, options, service, instance);
    }

    /// <param name="reader">Who reads the metrics besides, whether they are sent or not.</param>
    /// <inheritdoc cref="AddTelemetry(IHostApplicationBuilder, TelemetryOptions, string, string)"/>
    public static void AddTelemetry(this IHostApplicationBuilder builder, TelemetryOptions options, string service, string instance, Action<MeterProviderBuilder> reader) =>
        Providers.Add(builder, options, service, instance, reader);
}
