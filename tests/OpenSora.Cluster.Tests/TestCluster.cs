using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenSora.Cluster.Cards;
using OpenSora.Cluster.Jobs;
using OpenSora.Cluster.Store;
using OpenSora.Cluster.Supervision;
using OpenSora.Cluster.Videos;
using OpenSora.Contracts;
using OpenSora.Contracts.Files;
using OpenSora.Contracts.Generation;
using OpenSora.FakeCard;
using OpenSora.Hosting;
using OpenSora.TestKit;

namespace OpenSora.Cluster.Tests;

/// <summary>A coordinator with card processes that compute next to nothing, and everything else for real.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    public const string Token = "a secret of the tests";

    private readonly SiloPort _port = new(new IPEndPoint(IPAddress.Loopback, 0), "the tests");
    private readonly IHost _host;

    private TestCluster(ClusterOptions options, string folder)
    {
        (Options, Folder) = (options, folder);
        Directory = new CardDirectory();
        Store = new JobStore(Path.Combine(folder, "state"));
        Place = new SiloPlace { Name = "coordinator", Endpoint = _port.Endpoint, Token = Token };
        HostApplicationBuilder builder = new(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddSingleton(options).AddCards(Place, Directory).AddPrivateGenerations(Store, _ => new TestMedia());
        builder.UseOrleans(silo =>
        {
            silo.UsePlace(Place);
            silo.AddGenerationGrains(isPrivate: true);
        });
        _host = builder.Build();
    }

    /// <summary>Of the fake card.</summary>
    public static string Program { get; } = Path.Combine(
        Repository.Root, "artifacts", "bin", "FakeCard", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "FakeCard");

    /// <summary>For tests in which no card is silent: a busy machine lets a healthy one wait for many seconds.</summary>
    public static ClusterOptions Patient { get; } = new()
    {
        Silence = TimeSpan.FromSeconds(60),
        ReplySilence = TimeSpan.FromSeconds(60),
        WaitForCard = TimeSpan.FromSeconds(20),
        RestartDelay = TimeSpan.FromMilliseconds(20),
    };

    /// <summary>For tests in which a silent card is to be found; a healthy one may be taken for silent, too.</summary>
    public static ClusterOptions Quick { get; } = Patient with { Silence = TimeSpan.FromSeconds(4), ReplySilence = TimeSpan.FromSeconds(3) };

    public ClusterOptions Options { get; }

    public string Folder { get; }

    public CardDirectory Directory { get; }

    public CardClient Client => _host.Services.GetRequiredService<CardClient>();

    /// <summary>A service of the coordinator's silo.</summary>
    public T Of<T>() where T : notnull => _host.Services.GetRequiredService<T>();

    public JobStore Store { get; }

    public PrivateGenerations Generations => Of<PrivateGenerations>();

    /// <summary>Where the coordinator's silo is.</summary>
    public SiloPlace Place { get; }

    /// <summary>What the supervisor said.</summary>
    public List<string> Said { get; } = [];

    private LocalCards? _cards;

    public static async Task<TestCluster> Start(int cards, ClusterOptions? options = null, string device = "cpu")
    {
        TestCluster cluster = new(options ?? Patient, System.IO.Directory.CreateTempSubdirectory("opensora-test").FullName);
        if (cards > 0)
            cluster._cards = new LocalCards(cluster.Plan(cards, device), cluster.Directory, cluster.Options, cluster.Say);
        await cluster._host.StartAsync();
        return cluster;
    }

    public LocalCardsPlan Plan(int cards, string device = "cpu") => new()
    {
        Program = Program,
        Count = cards,
        Device = device,
        Threads = 1,
        Join = Place.Endpoint,
        Token = Token,
        Links = name => $"unix:{Path.Combine(Folder, name)}",
    };

    /// <summary>A request for one clip of three chunks, 15 latent frames.</summary>
    public GenerationRequest Request(string name, int cards = 1, FakeSettings? settings = null) => new()
    {
        Prompts = ["a fake"],
        ImageSize = [16, 24],
        NumFrames = "51",
        NumSamplingSteps = 5,
        Cards = cards,
        SaveDir = System.IO.Directory.CreateDirectory(Path.Combine(Folder, name)).FullName,
        Models = ((settings ?? new FakeSettings()) with { Marks = System.IO.Directory.CreateDirectory(Path.Combine(Folder, name)).FullName }).ToModels(),
    };

    public async Task<GenerationReport> Generate(GenerationRequest request, int? most = null, Action<CardEvent>? tell = null, CancellationToken cancel = default)
    {
        (GenerationRequest settled, NameReservation names) = Generations.Reserve(request, _ => { });
        using NameReservation held = names;
        return await Generations.Generate(settled, most ?? request.Cards, tell ?? (_ => { }), cancel).WaitAsync(TimeSpan.FromMinutes(2), CancellationToken.None);
    }

    /// <summary>Goes on with a job, on two cards at the most.</summary>
    public async Task<GenerationReport> Resume(string job, Action<CardEvent>? tell = null)
    {
        JobRecord record;
        using (JobFolder folder = Store.Open(job))
            record = folder.Record;
        return await Generations.Resume(record, record.Request, 2, tell ?? (_ => { }), CancellationToken.None).WaitAsync(TimeSpan.FromMinutes(1));
    }

    /// <summary>A card that is not looked after.</summary>
    public System.Diagnostics.Process StartCard(string name, params string[] more) => StartCardWith(Token, name, more);

    public System.Diagnostics.Process StartCardWith(string token, string name, params string[] more)
    {
        System.Diagnostics.ProcessStartInfo start = new(Program, [name, "--join", Place.Endpoint.ToString(), .. more, "--leash"]) { RedirectStandardInput = true, RedirectStandardError = true };
        start.Environment["OPENSORA_TOKEN"] = token;
        return System.Diagnostics.Process.Start(start)!;
    }

    /// <summary>Waits for so many cards.</summary>
    public async Task<IReadOnlyList<Card>> Cards(int count)
    {
        using CancellationTokenSource deadline = new(TimeSpan.FromMinutes(1));
        while (true)
        {
            Task changed = Directory.Changed;
            if (Directory.Cards is { } cards && cards.Count(card => card.IsUsable) >= count)
                return cards;
            await changed.WaitAsync(deadline.Token);
        }
    }

    public void Say(string message)
    {
        lock (Said)
            Said.Add(message);
    }

    public bool HasSaid(string words)
    {
        lock (Said)
            return Said.Any(line => line.Contains(words, StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        if (_cards is not null)
            await _cards.DisposeAsync();
        await _host.StopAsync();
        _host.Dispose();
        _port.Dispose();
        System.IO.Directory.Delete(Folder, recursive: true);
    }
}
