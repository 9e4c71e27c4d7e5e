using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenSora.Cluster.Cards;
using OpenSora.Cluster.Grains;
using OpenSora.Cluster.Store;
using OpenSora.Contracts.Videos;

namespace OpenSora.Cluster.Videos;

/// <summary>Puts the service of videos into a host, whose silo gets <see cref="AddVideoGrains"/>.</summary>
public static class VideoServiceSetup
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
    public static ISiloBuilder AddVideoGrains(this ISiloBuilder silo) =>
        silo.AddMemoryStreams(ProgressStream.Provider).AddMemoryGrainStorage("PubSubStore");

    /// <summary>After the silo: hosts start what was added to them in that order.</summary>
    private sealed class VideoServiceStart(VideoService service) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => service.Begin(cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
