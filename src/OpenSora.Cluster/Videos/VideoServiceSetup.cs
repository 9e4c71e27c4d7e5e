using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenSora.Cluster.Cards;
using OpenSora.Cluster.Grains;
using OpenSora.Cluster.Jobs;
using OpenSora.Cluster.Store;
using OpenSora.Hosting;
using OpenSora.Contracts.Videos;
using Orleans.Serialization;

namespace OpenSora.Cluster.Videos;

/// <summary>Puts the service of videos, or the generations of one process, into a host, whose silo gets <see cref="AddGenerationGrains"/>.</summary>
public static partial class VideoServiceSetup
{
    /// <summary>Adds an <see cref="IVideoService"/>; the host adds a <see cref="ClusterCards"/>, a <see cref="CardTaskClient"/> and <see cref="ClusterOptions"/>.</summary>
    /// <param name="media">The files of jobs on this machine.</param>
    public static IServiceCollection AddVideoService(this IServiceCollection services, VideoServiceOptions options, MakeMedia media)
    {
        services.AddGenerations(options, new JobStore(Path.Combine(options.Store, "jobs")), media).AddSingleton(new VideoFolders(options));
        services.AddSingleton<IVideoStore>(new SqlVideoStore(options.Dialect)).AddSingleton<IGenerationStore>(provider => provider.GetRequiredService<IVideoStore>());
        services.AddSingleton<VideoService>().AddSingleton<IVideoService>(provider => provider.GetRequiredService<VideoService>());
        return services.AddHostedService<VideoServiceStart>().AddHostedService<StoreWatch>();
    }

    /// <summary>Adds <see cref="PrivateGenerations"/>; the host adds what <see cref="AddVideoService"/> names.</summary>
    /// <param name="jobs">Where their jobs are kept.</param>
    /// <param name="media">The files of jobs on this machine.</param>
    /// <param name="mostResults">See <see cref="VideoServiceOptions.MostResults"/>.</param>
    public static IServiceCollection AddPrivateGenerations(this IServiceCollection services, JobStore jobs, MakeMedia media, double mostResults = 0)
    {
        MemoryGenerationStore rows = new();
        services.AddGenerations(new VideoServiceOptions { Store = jobs.Root, Previews = false, MostResults = mostResults }, jobs, media).AddSingleton<IGenerationStore>(rows);
        return services.AddSingleton(provider => new PrivateGenerations(provider.GetRequiredService<IClusterClient>(), rows, provider.GetRequiredService<JobRunner>(), jobs));
    }

    /// <summary>The grains of generations, and their streams.</summary>
    /// <param name="isPrivate">Of a process that makes what it was asked for and ends: one subscriber, who does not like to wait.</param>
    public static ISiloBuilder AddGenerationGrains(this ISiloBuilder silo, bool isPrivate = false)
    {
        silo.Services.AddCardMessages();
        // What one silo says of a full disk another one tells as it is.
        silo.Services.Configure<ExceptionSerializationOptions>(exceptions => exceptions.SupportedNamespacePrefixes.Add("OpenSora"));
        silo.Services.AddSingleton<PlacementStrategy, OnCoordinators>(); // the grains of streams and of their state, too: never on a card
        return silo.AddPlacementDirector<OnCoordinators, CoordinatorDirector>().AddMemoryGrainStorage("PubSubStore").AddMemoryStreams(GenerationStream.Provider, streams =>
        {
            streams.ConfigurePartitionBalancing((services, _) => ActivatorUtilities.CreateInstance<CoordinatorQueues>(services));
            if (!isPrivate)
                return;
            streams.ConfigurePartitioning(1);
            streams.ConfigurePullingAgent(agent => agent.Configure(pulling => pulling.GetQueueMsgsTimerPeriod = TimeSpan.FromMilliseconds(20)));
        });
    }

    private static IServiceCollection AddGenerations(this IServiceCollection services, VideoServiceOptions options, JobStore jobs, MakeMedia media) =>
        services.AddSingleton(options).AddSingleton(jobs).AddSingleton(media).AddSingleton<JobRunner>().AddSingleton<StoreState>()
            .AddSingleton(new ResultStore(Path.Combine(options.Store, "results"), (long)(options.MostResults * 1e9)));

    /// <summary>After the silo: hosts start what was added to them in that order. Wakes the queue, and again whenever the silo that had it is gone.</summary>
    private sealed partial class VideoServiceStart(VideoService service, ILogger<VideoService> log) : IHostedService, IDisposable
    {
        private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

        private readonly CancellationTokenSource _stop = new();
        private Task _waking = Task.CompletedTask;

        public async Task StartAsync(CancellationToken cancellationToken)
        {
            await service.Begin(cancellationToken);
            _waking = KeepAwake(_stop.Token);
        }

        public async Task StopAsync(CancellationToken cancellationToken)
        {
            await _stop.CancelAsync();
            await _waking;
        }

        /// <summary>A host that could not start is disposed without having been stopped.</summary>
        public void Dispose()
        {
            _stop.Cancel();
            _stop.Dispose();
        }

        private async Task KeepAwake(CancellationToken stop)
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    await Task.Delay(Period, stop);
                    await service.Wake().WaitAsync(stop);
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
