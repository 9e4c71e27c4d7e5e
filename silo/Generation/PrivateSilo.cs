using System.Net;
using OpenSora.Cluster;
using OpenSora.Cluster.Cards;
using OpenSora.Cluster.Jobs;
using OpenSora.Cluster.Store;
using OpenSora.Cluster.Supervision;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Generation;
using OpenSora.Hosting;
using OpenSora.Silo.Cards;
using OpenSora.Silo.Service;
using OpenSora.Telemetry;

namespace OpenSora.Silo.Generation;

/// <summary>
/// A coordinator for one job, with cards of its own: <c>opensora generate</c> starts one. Other cards may join it where
/// <c>--listen</c> says.
/// </summary>
internal static class PrivateSilo
{
    /// <exception cref="InputException">The order cannot be done as it is.</exception>
    public static async Task<GenerationReport> Run(GenerationOrder order, SiloSettings settings, EventWriter events, CancellationToken cancel)
    {
        string? secret = settings.Membership.ReadToken();
        if (order.Listen is not null && secret is null)
            throw new InputException($"--listen {order.Listen} lets other cards join: set {CardProtocol.TokenVariable}, or {CardProtocol.TokenFileVariable} to a file that holds it, to a secret that they are given too");
        ClusterOptions options = settings.Cluster;
        JobStore store = new(settings.State.Root);
        JobFolder? begun = order.Resume is { } job ? store.Open(job) : null;
        GenerationRequest request = begun is not null ? begun.Record.Request with { Cards = order.Cards ?? begun.Record.Request.Cards } : Settle(order.Request);
        if (begun is not null)
        {
            GenerationRules.Check(request);
            CardLimit.Check(request);
            begun.Record = begun.Record with { Request = request };
        }

        using SiloPort port = new(ReadListen(order.Listen), "--listen");
        SiloPlace place = new() { Name = "coordinator", Endpoint = port.Endpoint, Token = ClusterToken.Of(secret).Value, Tls = settings.Membership.ReadTls() };
        CardDirectory directory = new(options);
        using JobMedia media = new(request);
        try
        {
            using IHost host = Build(place, settings, directory);
            Coordinator coordinator = new(directory, host.Services.GetRequiredService<CardClient>(), store, options);
            if (begun is null)
                coordinator.Check(request, media);
            // Cards first: they take about as long to start as the silo does.
            await using OwnCards cards = new(place, CardsOf(order, request), directory, options, message => events.Write(new Notice(message)));
            await host.StartAsync(cancel);
            int most = order.Listen is null ? request.Cards : int.MaxValue;
            if (begun is not null)
                return await coordinator.Resume(begun, media, most, events.Write, cancel);
            for (int pass = 1; pass < order.Passes; pass++)
                events.Write(new PassDone(await coordinator.Generate(request, media, most, events.Write, cancel)));
            return await coordinator.Generate(request, media, most, events.Write, cancel);
        }
        finally
        {
            begun?.Dispose();
        }
    }

    private static IHost Build(SiloPlace place, SiloSettings settings, CardDirectory directory)
    {
        HostApplicationBuilder builder = new(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.ClearProviders();
        builder.AddTelemetry(settings.Telemetry, "opensora-silo", Environment.MachineName);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>(); // signals are the command's own
        builder.Services.AddSingleton(settings.Cluster).AddCards(place, directory);
        builder.UseOrleans(silo => silo.UsePlace(place));
        return builder.Build();
    }

    private static LocalCardsPlan CardsOf(GenerationOrder order, GenerationRequest request) => new()
    {
        Program = Installation.CardProgram(),
        Count = request.Cards,
        Device = request.Device,
        Threads = request.Threads ?? 1,
        OthersMayJoin = order.Listen is not null,
    };

    private static IPEndPoint ReadListen(string? word) => word is null ? new IPEndPoint(IPAddress.Loopback, 0)
        : IPEndPoint.TryParse(word, out IPEndPoint? endpoint) && !endpoint.Address.Equals(IPAddress.Any) && !endpoint.Address.Equals(IPAddress.IPv6Any)
            ? endpoint
            : throw new InputException($"--listen '{word}' is no address that cards can reach: give the IP address of this machine and a port, e.g. 10.0.0.5:11111");

    /// <summary>What is left to the machine is settled when the job begins: gone on with elsewhere, it must give the same bytes.</summary>
    private static GenerationRequest Settle(GenerationRequest? request) => request is null
        ? throw new InputException("the order names neither a request nor a job to go on with")
        : request with { Threads = request.Threads ?? Math.Max(1, Environment.ProcessorCount / Math.Max(1, request.Cards)) };

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
