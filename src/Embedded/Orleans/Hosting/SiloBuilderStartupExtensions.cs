using Microsoft.Extensions.DependencyInjection;
using Orleans.Embedded.Hosting;

namespace Orleans.Hosting;

/// <summary>Work that is done before a host has started, when grains can be called.</summary>
public static class SiloBuilderStartupExtensions
{
    /// <summary>The stage at which grains can be called. Others are not told apart here; tasks run in the order of their stages.</summary>
    private const int Active = 20000;

    public static ISiloBuilder AddStartupTask(this ISiloBuilder builder, Func<IServiceProvider, CancellationToken, Task> startupTask, int stage = Active)
    {
        builder.Services.AddSingleton(new StartupTask(stage, startupTask));
        return builder;
    }

    public static ISiloBuilder AddStartupTask(this ISiloBuilder builder, IStartupTask startupTask, int stage = Active) =>
        builder.AddStartupTask((_, cancellation) => startupTask.Execute(cancellation), stage);

    public static ISiloBuilder AddStartupTask<TStartup>(this ISiloBuilder builder, int stage = Active) where TStartup : class, IStartupTask =>
        builder.AddStartupTask((services, cancellation) => ActivatorUtilities.GetServiceOrCreateInstance<TStartup>(services).Execute(cancellation), stage);
}
