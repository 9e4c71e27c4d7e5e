using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenSora.Hosting;
using OpenSora.Hosting.Cards;

namespace OpenSora.Card.Tests.Serving;

/// <summary>As much of a coordinator as a card needs: a silo that it joins.</summary>
internal sealed class Coordinator : IAsyncDisposable
{
    private readonly IHost _host;

    private Coordinator(IHost host, SiloPlace place) => (_host, Place) = (host, place);

    public SiloPlace Place { get; }

    public IGrainFactory Grains => Of<IGrainFactory>();

    public SiloAddress Silo => Of<ILocalSiloDetails>().SiloAddress;

    /// <param name="endpoint">Of the silo; null for any.</param>
    public static async Task<Coordinator> Start(IPEndPoint? endpoint = null)
    {
        using SiloPort port = new(endpoint ?? new IPEndPoint(IPAddress.Loopback, 0), "the test");
        SiloPlace place = new() { Name = "coordinator", Endpoint = port.Endpoint, Token = RunningCard.Token };
        HostApplicationBuilder builder = new(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleans(silo => silo.UsePlace(place));
        Coordinator coordinator = new(builder.Build(), place);
        await coordinator._host.StartAsync();
        return coordinator;
    }

    /// <summary>Waits for a card.</summary>
    /// <param name="not">A silo that does not count: an earlier start of the card.</param>
    public async Task Joined(string card, SiloAddress? not = null)
    {
        using CancellationTokenSource deadline = new(TimeSpan.FromMinutes(2));
        await foreach (ClusterMembershipSnapshot now in Of<IClusterMembershipService>().MembershipUpdates.WithCancellation(deadline.Token))
            if (now.Members.Values.Any(silo => silo.Name == OnItsCard.SiloOf(card) && silo.Status == SiloStatus.Active && !silo.SiloAddress.Equals(not)))
                return;
    }

    /// <summary>Waits until a card has left.</summary>
    public async Task Left(string card)
    {
        using CancellationTokenSource deadline = new(TimeSpan.FromMinutes(2));
        await foreach (ClusterMembershipSnapshot now in Of<IClusterMembershipService>().MembershipUpdates.WithCancellation(deadline.Token))
            if (!now.Members.Values.Any(silo => silo.Name == OnItsCard.SiloOf(card) && silo.Status == SiloStatus.Active))
                return;
    }

    public Task DeclareDead(SiloAddress silo) => Of<IClusterMembershipService>().TryKill(silo);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private T Of<T>() where T : notnull => _host.Services.GetRequiredService<T>();
}
