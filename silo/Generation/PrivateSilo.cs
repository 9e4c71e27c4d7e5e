using OpenSora.Cluster;
using OpenSora.Cluster.Cards;
using OpenSora.Cluster.Jobs;
using OpenSora.Cluster.Store;
using OpenSora.Cluster.Supervision;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Generation;
using OpenSora.Silo.Cards;
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

        ClusterToken token = ClusterToken.Of(secret);
        DirectoryInfo links = Directory.CreateTempSubdirectory("opensora-");
        try
        {
            using CardDirectory directory = new(options);
            ClusterTls? tls = settings.Membership.ReadTls();
            using CardClient client = new(token.Value, options, tls);
            using JobMedia media = new(request);
            Coordinator coordinator = new(directory, client, store, options);
            if (begun is null)
                coordinator.Check(request, media);
            await using RegistrationHost host = await RegistrationHost.Start(
                directory, token, order.Listen, tls, builder => builder.AddTelemetry(settings.Telemetry, "opensora-silo", Environment.MachineName));
            await using LocalCards cards = new(
                new LocalCardsPlan
                {
                    Program = Installation.CardProgram(),
                    Count = request.Cards,
                    Device = request.Device,
                    Threads = request.Threads ?? 1,
                    Join = host.Address,
                    Token = token.Value,
                    Links = name => host.Address.IsLoopback ? $"unix:{Path.Combine(links.FullName, name + ".sock")}" : $"tcp:{host.Address.Host}:0",
                    OthersMayJoin = order.Listen is not null,
                },
                directory, options, message => events.Write(new Notice(message)));
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
            links.Delete(recursive: true);
        }
    }

    /// <summary>What is left to the machine is settled when the job begins: gone on with elsewhere, it must give the same bytes.</summary>
    private static GenerationRequest Settle(GenerationRequest? request) => request is null
        ? throw new InputException("the order names neither a request nor a job to go on with")
        : request with { Threads = request.Threads ?? Math.Max(1, Environment.ProcessorCount / Math.Max(1, request.Cards)) };
}
