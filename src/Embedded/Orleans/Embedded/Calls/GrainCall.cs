using System.Collections.Immutable;
using Orleans.Embedded.Activations;

namespace Orleans.Embedded.Calls;

/// <summary>A call of a grain's method. Arguments and context are the callee's own copies.</summary>
internal sealed class GrainCall : Request
{
    private readonly GrainCaller caller;
    private readonly GrainMethod method;
    private readonly object?[] arguments;
    private readonly ImmutableDictionary<string, object> context;
    private readonly CancellationTokenSource? cancellation;
    private readonly Lock gate = new();
    private Activation? activation;
    private bool stale;

    public GrainCall(GrainCaller caller, GrainMethod method, object?[] arguments, ImmutableDictionary<string, object> context)
    {
        (this.caller, this.method, this.arguments, this.context) = (caller, method, arguments, context);
        (Interleaves, ReadOnly) = (method.Interleaves, method.ReadOnly);
        if (method.TokenIndex >= 0)
        {
            cancellation = new CancellationTokenSource();
            arguments[method.TokenIndex] = cancellation.Token;
        }
    }

    public override bool IsStale => Volatile.Read(ref stale);

    public override async Task<Outcome> RunAsync(Activation activation)
    {
        lock (gate)
        {
            this.activation = activation;
        }
        RequestContext.Current = context;
        try
        {
            object? result = await IncomingCall.RunAsync(caller.Filters, activation, method, arguments);
            return new Outcome(method.ImmutableResult ? result : caller.Copier.CopyOf(result), null);
        }
        catch (Exception error)
        {
            return new Outcome(null, error);
        }
    }

    /// <summary>The caller has gone: a call that has not started is dropped, a running one finishes.</summary>
    public void Abandon() => Volatile.Write(ref stale, true);

    /// <summary>Cancels the callee's token, on a turn of its own since what is registered there belongs to the grain.</summary>
    public void Cancel()
    {
        lock (gate)
        {
            Abandon();
            activation?.Scheduler.Run(() => cancellation?.Cancel());
        }
    }
}
