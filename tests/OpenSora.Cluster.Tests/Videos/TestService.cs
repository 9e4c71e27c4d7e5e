using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenSora.Cluster.Scheduling;
using OpenSora.Cluster.Videos;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Videos;
using OpenSora.FakeCard;

namespace OpenSora.Cluster.Tests.Videos;

/// <summary>A silo with the service of videos, in this process, on the cards of a <see cref="TestCluster"/>.</summary>
internal sealed class TestService : IAsyncDisposable
{
    private readonly IHost _host;

    private TestService(IHost host) => _host = host;

    public IVideoService Videos => _host.Services.GetRequiredService<IVideoService>();

    public IVideoStore Store => _host.Services.GetRequiredService<IVideoStore>();

    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    public static VideoServiceOptions OptionsOf(TestCluster cluster, FakeSettings? settings = null, SchedulerOptions? scheduling = null) => new()
    {
        Store = Path.Combine(cluster.Folder, "service"),
        Models = ((settings ?? new FakeSettings()) with { Marks = Directory.CreateDirectory(Path.Combine(cluster.Folder, "marks")).FullName }).ToModels(),
        Scheduling = scheduling ?? new SchedulerOptions(),
        Tick = TimeSpan.FromMilliseconds(50),
    };

    public static async Task<TestService> Start(TestCluster cluster, VideoServiceOptions options)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(cluster.Options).AddSingleton(cluster.Directory).AddSingleton(cluster.Client);
        builder.UseOrleans(silo => silo.UseLocalhostClustering().AddVideoGrains());
        builder.Services.AddVideoService(options, _ => new TestMedia());
        IHost host = builder.Build();
        await host.StartAsync();
        return new TestService(host);
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

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
