using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenSora.Cluster.Cards;
using OpenSora.Cluster.Grains;
using OpenSora.Cluster.Store;
using OpenSora.Hosting;
using OpenSora.Contracts.Videos;

namespace OpenSora.Cluster.Videos;

/// <summary>Puts the service of videos into a host, whose silo gets <see cref="AddVideoGrains"/>.</summary>
public static partial class VideoServiceSetup
{
    /// <summary>Adds an <see cref="IVideoService"/>; the host adds a <see cref="CardDirectory"/>, a <see cref="CardClient"/> and <see cref="ClusterOptions"/>.</summary>
    /// <param name="media">The files of jobs on this machine.</param>
    public static IServiceCollection AddVideoService(this IServiceCollection services, VideoServiceOptions options, MakeMedia media)
    {
        JobStore jobs = new(Path.Combine(options.Store, "jobs"));
        services.AddSingleton(options).AddSingleton(media).AddSingleton(jobs).AddSingleton(new VideoFolders(options));
        services.AddSingleton<IVideoStore>(new SqlVideoStore(options.Dialect));
        services.AddSingleton(provider => new Coordinator(
            provider.GetRequiredService<CardDirectory>(), provider.GetRequiredService<CardClient>(), jobs, provider.GetRequiredService<ClusterOptions>()));
        services.AddSingleton<VideoMaker>().AddSingleton<VideoService>();
        services.AddSingleton<IVideoService>(provider => provider.GetRequiredService<VideoService>());
        return services.AddHostedService<VideoServiceStart>();
    }

    /// <summary>What the grains of the service need of a silo.</summary>
    /// <param name="first">Finds the silo that joined its cluster first, of those that do their work: all grains are there. Null when there is one silo.</param>
    public static ISiloBuilder AddVideoGrains(this ISiloBuilder silo, Func<Task<SiloAddress?>>? first = null)
    {
        if (first is not null)
            silo.Services.AddSingleton(new FindFirstSilo(first));
        silo.Services.AddCardMessages();
        silo.Services.AddSingleton<PlacementStrategy, FirstSilo>(); // the grains of streams and of their state, too: never on a card
        return silo.AddPlacementDirector<FirstSilo, FirstSiloDirector>().AddMemoryStreams(ProgressStream.Provider).AddMemoryGrainStorage("PubSubStore");
    }

    /// <summary>After the silo: hosts start what was added to them in that order. Wakes the queue, and again whenever the silo that had it is gone.</summary>
    private sealed partial class VideoServiceStart(VideoService service, ILogger<VideoService> log) : IHostedService, IDisposable
    {
        private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

        private readonly CancellationTokenSource _stop = new();
        private Task _waking = Task.CompletedTask;

        public async Task StartAsync(CancellationToken cancellationToken)
        {
            await service.Begin(cancellationToken);
            _waking = KeepAwake();
        }

        public async Task StopAsync(CancellationToken cancellationToken)
        {
            await _stop.CancelAsync();
            await _waking;
        }

        public void Dispose() => _stop.Dispose();

        private async Task KeepAwake()
        {
            while (!_stop.IsCancellationRequested)
            {
                try
                {
                    await Task.Delay(Period, _stop.Token);
                    await service.Wake().WaitAsync(_stop.Token);
                }
                catch (OperationCanceledException)
                {
                }
                catch (Exception failure)
                {
                    NotAwake(log, failure);
                }
            }
        }

        [LoggerMessage(LogLevel.Warning, "The queue does not answer; trying again")]
        private static partial void NotAwake(ILogger log, Exception failure);
    }
}
