using Microsoft.Extensions.DependencyInjection;
using Orleans.Core;
using Orleans.Embedded.Calls;
using Orleans.Embedded.Placement;

namespace Orleans.Embedded.Activations;

/// <summary>How an activation begins: object, states, OnActivateAsync, then the requests that wait.</summary>
internal sealed partial class Activation
{
    private readonly List<IStorage> states = [];
    private AsyncServiceScope? scope;

    public IServiceProvider ActivationServices => (scope ??= Silo.Services.CreateAsyncScope()).ServiceProvider;

    /// <summary>A state that is read before OnActivateAsync.</summary>
    public void Add(IStorage state) => states.Add(state);

    private async Task ActivateAsync()
    {
        try
        {
            await OneSiloPlacement.ConfirmAsync(Silo.Services, kind.Placement, GrainId);
            IGrainBase grain = kind.Create(this);
            GrainInstance = grain;
            foreach (IStorage state in states)
            {
                await state.ReadStateAsync();
            }
            TimeSpan timeout = Silo.Collection.ActivationTimeout;
            using CancellationTokenSource cancellation = new(timeout, Silo.Clock);
            await grain.OnActivateAsync(cancellation.Token).WaitAsync(timeout, Silo.Clock);
            Begin();
        }
        catch (Exception error)
        {
            await FailAsync(error);
        }
    }

    private void Begin()
    {
        lock (gate)
        {
            stage = Stage.Active;
            lastUsed = Silo.Clock.GetTimestamp();
            StartWhatMay();
        }
        if (endAfterBeginning is { } reason)
        {
            Deactivate(reason);
        }
    }

    /// <summary>Callers get the error; the next call tries again.</summary>
    private async Task FailAsync(Exception error)
    {
        Silo.LogActivationFailed(GrainId, error);
        Request[] refused;
        lock (gate)
        {
            stage = Stage.Ended;
            refused = [.. waiting];
            waiting.Clear();
        }
        await DisposeAsync();
        Silo.Forget(this);
        deactivated.TrySetResult();
        foreach (Request request in refused)
        {
            request.Respond(new Outcome(null, error));
        }
    }
}
