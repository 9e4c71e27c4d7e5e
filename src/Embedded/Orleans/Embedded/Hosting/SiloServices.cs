using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Orleans.Embedded.Activations;
using Orleans.Embedded.Calls;
using Orleans.Embedded.Copying;

namespace Orleans.Embedded.Hosting;

internal static class SiloServices
{
    /// <summary>Adds a silo once, however often it is asked for.</summary>
    public static void AddSilo(this IServiceCollection services)
    {
        services.AddOptions();
        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<MessageCopier>();
        services.TryAddSingleton<GrainClasses>();
        services.TryAddSingleton<GrainCaller>();
        services.TryAddSingleton<Silo>();
        services.TryAddSingleton<ILocalSiloDetails, LocalSiloDetails>();
        services.TryAddSingleton<ClusterClient>();
        services.TryAddSingleton<IClusterClient>(provider => provider.GetRequiredService<ClusterClient>());
        services.TryAddSingleton<IGrainFactory>(provider => provider.GetRequiredService<ClusterClient>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, SiloHost>());
    }
}
