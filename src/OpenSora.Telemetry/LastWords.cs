using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace OpenSora.Telemetry;

/// <summary>Sends what there still is when the process exits and its host is not disposed, for a few seconds at most.</summary>
internal sealed class LastWords : IHostedService, IDisposable
{
    private readonly IDisposable?[] _providers;

    public LastWords(IServiceProvider services)
    {
        _providers = [services.GetService<TracerProvider>(), services.GetService<MeterProvider>(), services.GetService<LoggerProvider>()];
        AppDomain.CurrentDomain.ProcessExit += Send;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => AppDomain.CurrentDomain.ProcessExit -= Send;

    private void Send(object? sender, EventArgs exit)
    {
        foreach (IDisposable? provider in _providers)
            provider?.Dispose();
    }
}
