using System.Net;
using Microsoft.AspNetCore.Connections;

namespace OpenSora.Silo.Service;

/// <summary>In place of a port for other silos, where there are none: what nobody may enter is not opened.</summary>
internal sealed class NoSilos : IConnectionListenerFactory, IConnectionListener
{
    private readonly TaskCompletionSource<ConnectionContext?> _unbound = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public EndPoint EndPoint { get; private set; } = new IPEndPoint(IPAddress.Loopback, 0);

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        EndPoint = endpoint;
        return new ValueTask<IConnectionListener>(this);
    }

    public ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) => new(_unbound.Task.WaitAsync(cancellationToken));

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _unbound.TrySetResult(null);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => UnbindAsync();
}

internal static class NoSilosHosting
{
    /// <summary>Replaces what Orleans would listen with.</summary>
    public static void ListenToNoSilos(this ISiloBuilder silo)
    {
        foreach (ServiceDescriptor port in silo.Services.Where(service => service.IsKeyedService && service.ServiceType == typeof(IConnectionListenerFactory)).ToArray())
            silo.Services.AddKeyedSingleton<IConnectionListenerFactory>(port.ServiceKey, (_, _) => new NoSilos());
    }
}
