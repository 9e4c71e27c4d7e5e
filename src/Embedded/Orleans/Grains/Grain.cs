using Microsoft.Extensions.DependencyInjection;
using Orleans.Embedded.Activations;

namespace Orleans;

/// <summary>The base of a grain's class. Its constructor may take services, and states by <see cref="PersistentStateAttribute"/>.</summary>
public abstract class Grain : IGrainBase, IAddressable
{
    /// <exception cref="InvalidOperationException">Nobody but the runtime makes grains: ask an <see cref="IGrainFactory"/> for a reference.</exception>
    protected Grain() => GrainContext = Activation.Current
        ?? throw new InvalidOperationException($"{GetType().Name} is a grain: ask an IGrainFactory for a reference to it instead of making one.");

    public IGrainContext GrainContext { get; }

    public string IdentityString => GrainContext.GrainId.ToString();

    protected IGrainFactory GrainFactory => ServiceProvider.GetRequiredService<IGrainFactory>();

    protected IServiceProvider ServiceProvider => GrainContext.ActivationServices;

    public virtual Task OnActivateAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public virtual Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Ends this activation after the calls that run; the next call makes another one.</summary>
    protected void DeactivateOnIdle() => GrainBaseExtensions.DeactivateOnIdle(this);

    /// <summary>Keeps this activation at least that long, however idle it is.</summary>
    protected void DelayDeactivation(TimeSpan timeSpan) => ((Activation)GrainContext).DelayCollection(timeSpan);
}
