namespace Orleans.Embedded.Hosting;

/// <summary>The limit of the embedded runtime, in words.</summary>
internal static class OneSilo
{
    public static OrleansConfigurationException Refuse(string what) => new(
        $"{what} needs the Orleans packages: the embedded runtime is one silo in one process. "
        + "Build with -p:OrleansRuntime=package, or use UseLocalhostClustering().");
}

/// <summary>Says that the silo was told where to find others: a host without it does not start, as with the packages.</summary>
internal sealed class ClusteringChosen;

/// <summary>Work at the start, as it was registered.</summary>
internal sealed record StartupTask(int Stage, Func<IServiceProvider, CancellationToken, Task> Work);
