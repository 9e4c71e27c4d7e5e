using System.ComponentModel.DataAnnotations;
using OpenSora.Contracts.Settings;

namespace OpenSora.Telemetry;

/// <summary>What is sent, and where to, by OpenTelemetry's own variables; its packages read the others themselves. No record: headers hold secrets.</summary>
[Variables("OTEL_")]
public sealed class TelemetryOptions
{
    /// <summary>Switches all off. Default: false.</summary>
    public bool SdkDisabled { get; init; }

    /// <summary>Spans that may wait to be sent: a step of a large gang makes hundreds at once. Default: 32768.</summary>
    [Range(1.0, 1_000_000)]
    public int BspMaxQueueSize { get; init; } = 1 << 15;

    /// <summary>Of all signals.</summary>
    [Variables("OTEL_EXPORTER_OTLP_")]
    public OtlpOptions All { get; init; } = new();

    [Variables("OTEL_EXPORTER_OTLP_TRACES_")]
    public OtlpOptions Traces { get; init; } = new();

    [Variables("OTEL_EXPORTER_OTLP_METRICS_")]
    public OtlpOptions Metrics { get; init; } = new();

    [Variables("OTEL_EXPORTER_OTLP_LOGS_")]
    public OtlpOptions Logs { get; init; } = new();

    /// <summary>Whether a signal is sent: only where an endpoint is named for it.</summary>
    internal bool Sends(OtlpOptions signal) => !SdkDisabled && (signal.Endpoint ?? All.Endpoint) is not null;
}

/// <summary>How a signal is sent; what its own variables do not say, those of all signals do.</summary>
public sealed class OtlpOptions
{
    /// <summary>The collector. A signal's own is taken as it is; to the one of all, <c>http/protobuf</c> adds the signal's path. Default: null (nothing is sent).</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Default: null (<c>grpc</c>).</summary>
    [AllowedValues("grpc", "http/protobuf")]
    public string? Protocol { get; init; }

    /// <summary><c>NAME=VALUE</c>, several with commas. Default: null (none).</summary>
    public string? Headers { get; init; }

    /// <summary>For a batch, in milliseconds. Default: null (10000).</summary>
    [Range(1.0, 3_600_000)]
    public int? Timeout { get; init; }
}
