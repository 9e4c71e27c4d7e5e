using Microsoft.Extensions.Hosting;

namespace OpenSora.Hosting;

/// <summary>For a host in a program that hears signals itself.</summary>
public sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
