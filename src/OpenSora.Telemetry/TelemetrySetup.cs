using Microsoft.Extensions.Hosting;
using OpenSora.Contracts;
using OpenSora.Contracts.Settings;
using OpenTelemetry.Metrics;

namespace OpenSora.Telemetry;

/// <summary>Traces, metrics and logs of a process, told by its one host. What is in them is told in docs/telemetry.md; no prompt and no secret is.</summary>
public static class TelemetrySetup
{
    /// <summary>
    /// Sends what OpenTelemetry's own environment variables name an endpoint for. Where they name none, nothing is recorded, and no
    /// assembly of OpenTelemetry is loaded.
    /// </summary>
    /// <param name="service">Who this is, unless <c>OTEL_SERVICE_NAME</c> says otherwise, e.g. <c>opensora-card</c>.</param>
    /// <param name="instance">Which one of them, e.g. a card's name.</param>
    /// <exception cref="InputException">A variable has a value that cannot be used.</exception>
    public static void AddTelemetry(this IHostApplicationBuilder builder, string service, string instance)
    {
        TelemetryOptions options = SettingsReader.Read<TelemetryOptions>();
        if (options.Sends(options.Traces) || options.Sends(options.Metrics) || options.Sends(options.Logs))
            Providers.Add(builder, service, instance, options);
    }

    /// <param name="reader">Who reads the metrics besides, whether they are sent or not.</param>
    /// <inheritdoc cref="AddTelemetry(IHostApplicationBuilder, string, string)"/>
    public static void AddTelemetry(this IHostApplicationBuilder builder, string service, string instance, Action<MeterProviderBuilder> reader) =>
        Providers.Add(builder, service, instance, SettingsReader.Read<TelemetryOptions>(), reader);
}
