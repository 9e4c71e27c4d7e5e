using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Embedded.Activations;

namespace Orleans.Embedded.Hosting;

/// <summary>Starts and stops the silo with its host.</summary>
internal sealed class SiloHost(Silo silo, IServiceProvider services) : IHostedService
{
    /// <exception cref="OrleansConfigurationException">No clustering was configured.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (services.GetService<ClusteringChosen>() is null)
        {
            throw new OrleansConfigurationException("Clustering has not been configured: call UseLocalhostClustering() in UseOrleans.");
        }
        silo.Start();
        foreach (StartupTask task in services.GetServices<StartupTask>().OrderBy(task => task.Stage))
        {
            await task.Work(services, cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => silo.StopAsync(cancellationToken);
}
