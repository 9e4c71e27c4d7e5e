using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Orleans.Tests;

/// <summary>A silo in this process, on free ports, with memory storage ("store", "PubSubStore") and memory streams ("streams").</summary>
public sealed class TestSilo : IAsyncLifetime, IAsyncDisposable
{
    private readonly IHost host;

    public TestSilo() : this(_ => { })
    {
    }

    internal TestSilo(Action<ISiloBuilder> configure)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(siloPort: FreePort(), gatewayPort: FreePort())
                .AddMemoryGrainStorage("store")
                .AddMemoryGrainStorage("PubSubStore")
                .AddMemoryStreams("streams");
            configure(silo);
        });
        host = builder.Build();
    }

    public IServiceProvider Services => host.Services;

    public IGrainFactory Grains => host.Services.GetRequiredService<IGrainFactory>();

    /// <summary>A grain that no other test has: its key is new.</summary>
    public TGrain New<TGrain>() where TGrain : IGrainWithStringKey => Grains.GetGrain<TGrain>(NewKey());

    public static string NewKey() => Guid.NewGuid().ToString("N");

    internal static async Task<TestSilo> StartAsync(Action<ISiloBuilder> configure)
    {
        TestSilo silo = new(configure);
        await silo.InitializeAsync();
        return silo;
    }

    public Task InitializeAsync() => host.StartAsync();

    public Task StopAsync() => host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        host.Dispose();
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>One silo for all tests that need no other.</summary>
[CollectionDefinition(nameof(SharedSilo))]
public sealed class SharedSilo : ICollectionFixture<TestSilo>;
