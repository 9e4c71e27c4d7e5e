using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Providers;
using Orleans.Storage;

namespace Orleans.Runtime.Hosting;

/// <summary>Storages of one's own.</summary>
public static class StorageProviderExtensions
{
    /// <summary>Registers a storage under the name that <see cref="PersistentStateAttribute"/> gives: a keyed service.</summary>
    public static IServiceCollection AddGrainStorage<T>(this IServiceCollection collection, string name, Func<IServiceProvider, string, T> implementationFactory)
        where T : IGrainStorage
    {
        if (name == ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME)
        {
            collection.TryAddSingleton(services => services.GetRequiredKeyedService<IGrainStorage>(name));
        }
        return collection.AddKeyedSingleton<IGrainStorage>(name, (services, _) => implementationFactory(services, name));
    }
}
