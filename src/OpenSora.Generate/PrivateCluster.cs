using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenSora.Card;
using OpenSora.Card.Serving;
using OpenSora.Cluster.Cards;
using OpenSora.Cluster.Jobs;
using OpenSora.Cluster.Store;
using OpenSora.Cluster.Supervision;
using OpenSora.Cluster.Videos;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Files;
using OpenSora.Contracts.Generation;
using OpenSora.Hosting;
using OpenSora.Hosting.Cards;
using OpenSora.Prompts.Texts;
using OpenSora.Telemetry;
using OpenSora.Video;

namespace OpenSora.Generate;

/// <summary>
/// A coordinator for one job, with cards of its own: one is a grain of this process, several are processes that start with it. Other cards
/// may join it where <c>--listen</c> says.
/// </summary>
internal static class PrivateCluster
{
    /// <exception cref="InputException">The order cannot be done as it is.</exception>
    public static async Task<GenerationReport> Run(GenerationOrder order, GenerateSettings settings, EventWriter events, CancellationToken cancel)
    {
        string? secret = settings.Card.Membership.ReadToken();
        if (order.Listen is not null && secret is null)
            throw new InputException($"--listen {order.Listen} lets other cards join: set {CardProtocol.TokenVariable}, or {CardProtocol.TokenFileVariable} to a file that holds it, to a secret that they are given too");
        JobStore store = new(settings.State.Root);
        JobRecord? begun = order.Audit is { } asked ? Read(store, asked) : order.Resume is { } job ? Read(store, job) : null;
        GenerationRequest request = begun is not null ? begun.Request with
        {
            Cards = order.Cards ?? begun.Request.Cards,
            Threads = order.Audit?.Report.Threads ?? begun.Request.Threads,
            Device = order.Device ?? begun.Request.Device,
        } : Settle(order);
        if (begun is not null)
        {
            GenerationRules.Check(request);
            CardLimit.Check(request);
        }

        using SiloPort port = new(ReadListen(order.Listen), "--listen");
        string? ownCard = request.Cards == 1 && order.Listen is null ? LocalCardsPlan.NameOf(0) : null;
        SiloPlace place = new()
        {
            Name = ownCard is null ? "coordinator" : OnItsCard.SiloOf(ownCard),
            Endpoint = port.Endpoint,
            Token = secret ?? SiloPlace.NewToken(),
            Tls = settings.Card.Membership.ReadTls(),
        };
        ClusterCards directory = new();
        using CardParts? card = ownCard is null ? null
            : new CardParts(new CardOptions(ownCard, request.Device, request.Threads, null, null, place.Endpoint, "tcp:127.0.0.1:0", null, false, place.Token, place.Tls), settings.Card);
        using IHost host = Build(place, settings, directory, store, card);
        PrivateGenerations generations = host.Services.GetRequiredService<PrivateGenerations>();
        (request, NameReservation? names) = order.Audit is not null ? (request, null)
            : begun is null ? generations.Reserve(request, notice => events.Write(new Notice(notice))) : (request, generations.Reserve(begun));
        using NameReservation? held = names;
        // Cards first: they take about as long to start as the silo does.
        if (card is not null)
            _ = Open(card, directory, events);
        await using OwnCards? cards = card is not null ? null
            : new OwnCards(place, CardsOf(order, request), directory, settings.Cluster, message => events.Write(new Notice(message)));
        await host.StartAsync(cancel);
        if (order.Audit is { } audit)
            return await generations.Audit(audit, request, events.Write, cancel);
        int most = order.Listen is null ? request.Cards : int.MaxValue;
        if (begun is not null)
            return await generations.Resume(begun, request, most, events.Write, cancel);
        for (int pass = 1; pass < order.Passes; pass++)
            events.Write(new PassDone(await generations.Generate(request, most, events.Write, cancel)));
        return await generations.Generate(request, most, events.Write, cancel);
    }

    private static JobRecord Read(JobStore store, string job)
    {
        using JobFolder folder = store.Open(job);
        return folder.Record;
    }

    /// <exception cref="InputException">The job of the report kept nothing.</exception>
    private static JobRecord Read(JobStore store, AuditOrder audit) => store.Jobs().Contains(audit.Report.Job) ? Read(store, audit.Report.Job)
        : throw new InputException($"job {audit.Report.Job} kept no steps in {store.Root}: an audit needs those of --keep-steps, where OPENSORA_STATE says. "
            + "Without them make the clip again from the same request: the first step in which the trails of both reports differ is where they part");

    /// <summary>The card of this process. A device that cannot be opened ends the job.</summary>
    private static async Task Open(CardParts card, ClusterCards directory, EventWriter events)
    {
        try
        {
            foreach (string warning in (await card.Open()).Warnings)
                events.Write(new Notice(warning));
        }
        catch (Exception error)
        {
            directory.ExpectNoMore(CardFailures.Explain(error) switch
            {
                { ExitCode: ExitCode.BadInput } refused => new InputException(refused.Message, error),
                { ExitCode: ExitCode.CannotFit } refused => new CannotFitException(refused.Message),
                var failed => new CardException(failed.Message, error),
            });
        }
    }

    private static IHost Build(SiloPlace place, GenerateSettings settings, ClusterCards directory, JobStore store, CardParts? card)
    {
        HostApplicationBuilder builder = new(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.ClearProviders();
        builder.AddTelemetry(settings.Card.Telemetry, "opensora-silo", Environment.MachineName);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>(); // signals are the command's own
        builder.Services.AddSingleton(settings.Cluster).AddCards(place, directory).AddPrivateGenerations(store, request => new JobMedia(request), settings.State.Results);
        if (card is not null)
            builder.Services.AddSingleton(card).AddSingleton<CardService>();
        builder.UseOrleans(silo =>
        {
            silo.UsePlace(place);
            silo.AddGenerationGrains(isPrivate: true);
        });
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
    private static GenerationRequest Settle(GenerationOrder order)
    {
        GenerationRequest request = order.Request ?? throw new InputException("the order names neither a request nor a job to go on with");
        if (request is { Prompts.Count: 0, PromptPath: GenerationRequest.StandardInput })
            request = request with { PromptPath = null, Prompts = PromptFile.Parse(order.PromptInput, GenerationRequest.StandardInput, request.StartIndex, request.EndIndex) };
        return request with { Threads = request.Threads ?? Math.Max(1, Environment.ProcessorCount / Math.Max(1, request.Cards)) };
    }
}
