using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenSora.Cluster.Cards;
using OpenSora.Cluster.Jobs;
using OpenSora.Cluster.Store;
using OpenSora.Cluster.Supervision;
using OpenSora.Cluster.Videos;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Files;
using OpenSora.Contracts.Generation;
using OpenSora.FakeCard;
using OpenSora.Hosting;
using OpenSora.TestKit;

namespace OpenSora.Cluster.Tests;

/// <summary>
/// A coordinator with card processes that compute next to nothing, and everything else for real. One whose cards are as they were when it
/// was begun is kept for the next test that asks for as many.
/// </summary>
internal sealed class TestCluster : IAsyncDisposable
{
    public const string Token = "a secret of the tests";

    private const int MostKept = 2;
    private static readonly List<TestCluster> s_kept = [];

    private readonly SiloPort _port = new(new IPEndPoint(IPAddress.Loopback, 0), "the tests");
    private readonly IHost _host;
    private readonly string _root;

    /// <summary>Cards of a cluster that another test can have; null for one that is for a test alone.</summary>
    private int? _plain;

    static TestCluster() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        foreach (TestCluster kept in s_kept)
            System.IO.Directory.Delete(kept._root, recursive: true);
    };

    private TestCluster(ClusterOptions options, string root, double results)
    {
        (Options, _root) = (options, root);
        Folder = NewFolder();
        Directory = new ClusterCards();
        Directory.Buried += _ => _plain = null;
        Store = new JobStore(Path.Combine(root, "state"));
        Place = new SiloPlace { Name = "coordinator", Endpoint = _port.Endpoint, Token = Token };
        HostApplicationBuilder builder = new(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddSingleton(options).AddCards(Place, Directory).AddPrivateGenerations(Store, _ => new TestMedia(), results);
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
        ProbeTimeout = TimeSpan.FromSeconds(20),
        WaitForCard = TimeSpan.FromSeconds(20),
        RestartDelay = TimeSpan.FromMilliseconds(20),
    };

    /// <summary>For tests in which a silent card is to be found; a healthy one may be taken for silent, too.</summary>
    public static ClusterOptions Quick { get; } = Patient with { Silence = TimeSpan.FromSeconds(4), ReplySilence = TimeSpan.FromSeconds(3), ProbeTimeout = TimeSpan.FromSeconds(1) };

    public ClusterOptions Options { get; }

    /// <summary>Of the test.</summary>
    public string Folder { get; private set; }

    public ClusterCards Directory { get; }

    public CardTaskClient Client => _host.Services.GetRequiredService<CardTaskClient>();

    /// <summary>A service of the coordinator's silo.</summary>
    public T Of<T>() where T : notnull => _host.Services.GetRequiredService<T>();

    public JobStore Store { get; }

    public PrivateGenerations Generations => Of<PrivateGenerations>();

    /// <summary>Where the coordinator's silo is.</summary>
    public SiloPlace Place { get; }

    /// <summary>What the supervisor said.</summary>
    public List<string> Said { get; } = [];

    private LocalCards? _cards;

    private string NewFolder() => System.IO.Directory.CreateDirectory(Path.Combine(_root, Guid.NewGuid().ToString("n"))).FullName;

    private string LinksFolder => Path.Combine(_root, "links");

    /// <param name="results">Gigabytes of results that are kept for later jobs.</param>
    public static async Task<TestCluster> Start(int cards, ClusterOptions? options = null, string device = "cpu", double results = 0)
    {
        bool plain = (options is null || ReferenceEquals(options, Patient)) && device == "cpu" && results == 0;
        if (plain && Take(cards) is { } kept)
            return kept;
        TestCluster cluster = new(options ?? Patient, System.IO.Directory.CreateTempSubdirectory("opensora-test").FullName, results) { _plain = plain ? cards : null };
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
        Links = name => $"unix:{Path.Combine(System.IO.Directory.CreateDirectory(LinksFolder).FullName, name)}",
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
        _plain = null;
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

    /// <summary>Whether another test can have it: what this one left is gone.</summary>
    private async Task<bool> IsAsBegun()
    {
        for (int wait = 0; wait < 100 && _plain is { } count && Said.Count == 0; wait++)
        {
            IReadOnlyList<Card> cards = Directory.Cards;
            CardHealth?[] healths = await Task.WhenAll(cards.Select(card => Client.Probe(card, CancellationToken.None)));
            if (healths.Count(health => health is { State: CardState.Idle }) == count && cards.Count == count)
            {
                foreach (string folder in System.IO.Directory.GetDirectories(_root).Where(folder => folder != LinksFolder))
                    System.IO.Directory.Delete(folder, recursive: true);
                Folder = NewFolder();
                return _plain is not null;
            }
            await Task.Delay(100);
        }
        return false;
    }

    public async ValueTask DisposeAsync()
    {
        if (!await IsAsBegun())
            await End();
        else if (Keep() is { } oldest)
            await oldest.End();
    }

    private static TestCluster? Take(int cards)
    {
        lock (s_kept)
        {
            TestCluster? kept = s_kept.Find(kept => kept._plain == cards);
            if (kept is not null)
                s_kept.Remove(kept);
            return kept;
        }
    }

    /// <returns>The one that is kept no more.</returns>
    private TestCluster? Keep()
    {
        lock (s_kept)
        {
            s_kept.Add(this);
            if (s_kept.Count <= MostKept)
                return null;
            TestCluster oldest = s_kept[0];
            s_kept.RemoveAt(0);
            return oldest;
        }
    }

    private async Task End()
    {
        if (_cards is not null)
            await _cards.DisposeAsync();
        await _host.StopAsync();
        _host.Dispose();
        _port.Dispose();
        System.IO.Directory.Delete(_root, recursive: true);
    }
}
