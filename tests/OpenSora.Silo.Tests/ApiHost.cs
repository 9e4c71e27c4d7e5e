using OpenSora.Scheduling;
using OpenSora.Cluster.Videos;
using OpenSora.FakeCard;
using OpenSora.Silo.Service;

namespace OpenSora.Silo.Tests;

/// <summary>The service in this process, without cards: what is taken waits for ever.</summary>
[CollectionDefinition(Name)]
public sealed class ApiHost : IAsyncLifetime, ICollectionFixture<ApiHost>
{
    public const string Name = "api host";

    private readonly string _folder = Directory.CreateTempSubdirectory("opensora-silo-test").FullName;
    private ServiceHost _host = null!;

    public HttpClient Client { get; private set; } = null!;

    internal VideoServiceOptions Options => new()
    {
        Store = Path.Combine(_folder, "store"),
        Models = new FakeSettings { Marks = Directory.CreateDirectory(Path.Combine(_folder, "marks")).FullName }.ToModels(),
        Scheduling = new SchedulerOptions { MostWaiting = 1_000_000, MostWaitingOfOwner = 1_000_000 },
    };

    public async Task InitializeAsync()
    {
        _host = await ServiceHost.Start(new ServeOptions { Urls = ["http://127.0.0.1:0"], Cards = 0, Videos = Options, MostUploadBytes = 1 << 20 });
        Client = new HttpClient { BaseAddress = _host.Addresses[0] };
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await _host.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
