using System.Net;
using Microsoft.Extensions.Hosting;
using Orleans.Tests.Storage;

namespace Orleans.Tests.Embedded;

/// <summary>Where the embedded runtime ends, and that it says so.</summary>
public sealed class OneSiloTests
{
    public static TheoryData<string, Action<ISiloBuilder>> SeveralSilos => new()
    {
        { "Kubernetes", silo => silo.UseKubernetesHosting() },
        { "database", silo => silo.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", "Host=nowhere")) },
        { "10.0.0.7:11111", silo => silo.UseLocalhostClustering(siloPort: 11112, primarySiloEndpoint: new IPEndPoint(IPAddress.Parse("10.0.0.7"), 11111)) },
    };

    [Theory]
    [MemberData(nameof(SeveralSilos))]
    public void Several_silos_are_refused_with_the_remedy(string named, Action<ISiloBuilder> configure)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        OrleansConfigurationException error = Assert.Throws<OrleansConfigurationException>(() => builder.UseOrleans(configure));
        Assert.Contains(named, error.Message);
        Assert.Contains("OrleansRuntime=package", error.Message);
    }

    [Fact]
    public void A_client_in_another_process_is_refused_with_the_remedy()
    {
        OrleansConfigurationException error = Assert.Throws<OrleansConfigurationException>(() => Host.CreateApplicationBuilder().UseOrleansClient(_ => { }));
        Assert.Contains("OrleansRuntime=package", error.Message);
    }

    [Fact]
    public void The_primary_silo_may_name_itself() =>
        Host.CreateApplicationBuilder().UseOrleans(silo => silo.UseLocalhostClustering(11111, 30000, new IPEndPoint(IPAddress.Loopback, 11111)));

    [Fact]
    public async Task A_host_without_clustering_does_not_start()
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.UseOrleans();
        using IHost host = builder.Build();
        OrleansConfigurationException error = await Assert.ThrowsAsync<OrleansConfigurationException>(() => host.StartAsync());
        Assert.Contains("UseLocalhostClustering", error.Message);
    }

    [Fact]
    public async Task A_grain_cannot_be_made_by_hand_and_a_stopped_silo_cannot_be_called()
    {
        Assert.Throws<InvalidOperationException>(() => new Lifecycle.StillbornGrain());
        TestSilo silo = await TestSilo.StartAsync(_ => { });
        IAccountGrain grain = silo.New<IAccountGrain>();
        await grain.Look();
        await silo.StopAsync();
        await Assert.ThrowsAsync<SiloUnavailableException>(() => grain.Look());
        await silo.DisposeAsync();
    }

    [Fact]
    public async Task A_storage_that_nobody_added_is_named()
    {
        await using TestSilo silo = await TestSilo.StartAsync(_ => { });
        OrleansConfigurationException error = await Assert.ThrowsAsync<OrleansConfigurationException>(() => silo.New<ILedgerGrain>().Deposit(1));
        Assert.Contains("'shelf'", error.Message);
    }
}
