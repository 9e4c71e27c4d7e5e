using Microsoft.Extensions.DependencyInjection;
using OpenSora.Scheduling;
using OpenSora.Cluster.Videos;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Videos;
using OpenSora.FakeCard;
using Orleans.Configuration;
using Orleans.TestingHost;

namespace OpenSora.Cluster.Tests.Videos;

/// <summary>Silos with the service of videos, in this process, on the cards of a <see cref="TestCluster"/>.</summary>
internal sealed class TestService : IAsyncDisposable
{
    /// <summary>Longer than any test waits: none passes because a call was given up.</summary>
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromHours(1);

    private TestService(InProcessTestCluster silos) => Silos = silos;

    public InProcessTestCluster Silos { get; }

    public IVideoService Videos => Of<IVideoService>(0);

    public IVideoStore Store => Of<IVideoStore>(0);

    /// <summary>A service of one of the silos.</summary>
    public T Of<T>(int silo) where T : notnull => Silos.Silos[silo].ServiceProvider.GetRequiredService<T>();

    public static VideoServiceOptions OptionsOf(TestCluster cluster, FakeSettings? settings = null, SchedulerOptions? scheduling = null) => new()
    {
        Store = Path.Combine(cluster.Folder, "service"),
        Models = ((settings ?? new FakeSettings()) with { Marks = Directory.CreateDirectory(Path.Combine(cluster.Folder, "marks")).FullName }).ToModels(),
        Scheduling = scheduling ?? new SchedulerOptions(),
        Tick = TimeSpan.FromMilliseconds(50),
    };

    /// <param name="more">Further configuration of each silo.</param>
    /// <param name="media">Its files. Default: those of a <see cref="TestMedia"/>.</param>
    public static async Task<TestService> Start(TestCluster cluster, VideoServiceOptions options, short silos = 1, Action<ISiloBuilder>? more = null, TestMedia? media = null)
    {
        InProcessTestClusterBuilder builder = new(silos);
        (builder.Options.InitializeClientOnDeploy, builder.Options.ConfigureFileLogging) = (false, false);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddGenerationGrains().Configure<SiloMessagingOptions>(messaging => messaging.ResponseTimeout = ResponseTimeout);
            more?.Invoke(silo);
        });
        builder.ConfigureSiloHost((_, host) =>
        {
            host.Services.AddSingleton(cluster.Options).AddSingleton(cluster.Directory).AddSingleton(cluster.Client);
            host.Services.AddVideoService(options, _ => media ?? new TestMedia());
        });
        InProcessTestCluster started = builder.Build();
        await started.DeployAsync();
        return new TestService(started);
    }

    /// <summary>An order for one clip of three chunks in five steps.</summary>
    public static VideoOrder Order(string prompt = "a fake", int cards = 0) => new()
    {
        Owner = "me",
        Request = new GenerationRequest { Prompts = [prompt], ImageSize = [16, 24], NumFrames = "51", NumSamplingSteps = 5, Cards = cards },
    };

    /// <summary>Waits until a video is over.</summary>
    public async Task<Contracts.Videos.Video> Over(Contracts.Videos.Video video)
    {
        using CancellationTokenSource deadline = new(TimeSpan.FromMinutes(1));
        Contracts.Videos.Video last = video;
        try
        {
            await foreach (VideoEvent happened in Videos.Watch(video.Owner, video.Id, deadline.Token))
                if (happened is VideoChanged changed)
                    last = changed.Video;
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"not over within a minute: {last.Status}, {last.Stage} {last.Step} of {last.Steps}; cards: {string.Join(", ", await Videos.Cards(CancellationToken.None))}");
        }
        Assert.True(last.IsOver);
        return last;
    }

    /// <summary>Waits until a video is completed.</summary>
    public async Task<Contracts.Videos.Video> Completed(Contracts.Videos.Video video)
    {
        Contracts.Videos.Video over = await Over(video);
        Assert.True(over.Status == VideoStatus.Completed, $"{over.Status}: {over.Error?.Message}");
        return over;
    }

    /// <summary>Waits until something holds of a video.</summary>
    public async Task<Contracts.Videos.Video> Until(Contracts.Videos.Video video, Func<Contracts.Videos.Video, bool> holds)
    {
        using CancellationTokenSource deadline = new(TimeSpan.FromMinutes(1));
        await foreach (VideoEvent happened in Videos.Watch(video.Owner, video.Id, deadline.Token))
            if (happened is VideoChanged changed && holds(changed.Video))
                return changed.Video;
        throw new InvalidOperationException("it was over before");
    }

    public ValueTask DisposeAsync() => Silos.DisposeAsync();
}
